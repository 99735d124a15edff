"""What the headers must say for a mail that goes to many: how to leave, which list, who answers for it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from digest.rendering.lint.header_rules import ATOM
from digest.rendering.lint.violation import Fault, Severity
from digest.rendering.lint.wire import URI, Wire
from digest.web_address import Link

URIS = re.compile(r"<[^<>\s]+>(?:\s*,\s*<[^<>\s]+>)*")
LIST_ID = re.compile(rf"[^<>]*[^<>\s]\s*<{ATOM}(?:\.{ATOM})+>")
NO_POSTING = re.compile(r"NO(?:\s*\([^()]*\))?")

# From 76 on, software that writes the header anew encodes the address, which Gmail does not read then (cpython#85725).
ONE_CLICK_CHARACTERS = 70
LIST_ID_OCTETS = 255
FEEDBACK_FIELDS = 4
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
SENDER_ID = re.compile(r"[^\s:]{5,15}")


def one_click_address(wire: Wire) -> Iterator[Fault]:
    """H15: List-Unsubscribe has one https URI, first, and at most one mailto, each in <>, bare (RFC 8058 §3.1).

    That the header stands only once is H01's. More than 70 characters are a warning, as is http on a loopback host.
    """
    value = wire.first("List-Unsubscribe")
    if value is None:
        yield Fault("The message has no List-Unsubscribe header.", "List-Unsubscribe")
        return
    where = f"List-Unsubscribe: {value}"
    if "=?" in value:
        yield Fault("List-Unsubscribe is encoded, which Gmail does not read.", where)
    elif not URIS.fullmatch(value):
        yield Fault("List-Unsubscribe is not a list of unbroken addresses, each in < and >.", where)
    else:
        yield from _unsubscribe_uris(URI.findall(value), where, relaxed=wire.relaxed)


def _unsubscribe_uris(uris: list[str], where: str, *, relaxed: bool) -> Iterator[Fault]:
    first, *others = (Link.parse(uri) for uri in uris)
    if first is None or first.scheme not in ("http", "https") or not first.host:
        yield Fault("List-Unsubscribe does not begin with an https address.", where)
    elif first.scheme == "http":
        allowed = relaxed and first.is_loopback
        yield Fault("The unsubscribe address is not https.", where, Severity.WARNING if allowed else Severity.ERROR)
    if len(uris[0]) > ONE_CLICK_CHARACTERS:
        what = f"The unsubscribe address has {len(uris[0])} characters: on its way one of more than 70 may be encoded."
        yield Fault(what, where, Severity.WARNING)
    if len(others) > 1 or any(other is None or other.scheme != "mailto" for other in others):
        yield Fault("List-Unsubscribe holds more than one https address and one mailto.", where)


def one_click_post(wire: Wire) -> Iterator[Fault]:
    """H16: exactly `List-Unsubscribe-Post: List-Unsubscribe=One-Click` (RFC 8058 §5)."""
    yield from _exactly(wire, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def opaque_address(wire: Wire) -> Iterator[Fault]:
    """H17: the unsubscribe address carries a token of 16 characters or more, and not the reader's (RFC 8058 §6).

    That it can't be forged, and is for this list, is not in the bytes.
    """
    if not (url := wire.unsubscribe_url):
        return
    said = unquote(url).casefold()
    if wire.reader and wire.reader.address.casefold() in said:
        yield Fault("The unsubscribe address names the reader's own.", url)
    if not TOKEN.search(url.partition("://")[2].partition("/")[2]):
        yield Fault("The unsubscribe address carries no token, so that it can be guessed.", url)


def named_list(wire: Wire) -> Iterator[Fault]:
    """H19: `List-Id: Name <list.domain>`, at most 255 octets (RFC 2919)."""
    value = wire.first("List-Id")
    if value is None:
        yield Fault("The message has no List-Id header.", "List-Id")
        return
    if not LIST_ID.fullmatch(value):
        yield Fault("List-Id is not of the form: Name <list.domain>.", f"List-Id: {value}")
    if len(value.encode(errors="replace")) > LIST_ID_OCTETS:
        yield Fault("List-Id is longer than 255 octets.", f"List-Id: {value}")


def list_contacts(wire: Wire) -> Iterator[Fault]:
    """H20: List-Help, List-Archive and List-Owner hold addresses in <>; List-Post is NO (RFC 2369 §3.4)."""
    for name in ("List-Help", "List-Archive", "List-Owner"):
        value = wire.first(name)
        if value is None:
            yield Fault(f"The message has no {name} header.", name)
        elif not URIS.fullmatch(value) or not all(_leads_somewhere(uri) for uri in URI.findall(value)):
            yield Fault(f"{name} holds something else than https or mailto addresses in < and >.", f"{name}: {value}")
    posting = wire.first("List-Post")
    if posting is None:
        yield Fault("The message has no List-Post header.", "List-Post")
    elif not NO_POSTING.fullmatch(posting):
        yield Fault("List-Post is not NO.", f"List-Post: {posting}")


def _leads_somewhere(uri: str) -> bool:
    # http is M23's to judge, which knows what a loopback host may do.
    link = Link.parse(uri)
    return link is not None and (link.scheme == "mailto" or (link.scheme in ("http", "https") and bool(link.host)))


def feedback_id(wire: Wire) -> Iterator[Fault]:
    """H21: Feedback-ID has four fields, the last of 5 to 15 characters, and names no reader (Google FBL)."""
    value = wire.first("Feedback-ID")
    if value is None:
        yield Fault("The message has no Feedback-ID header.", "Feedback-ID")
        return
    fields = value.split(":")
    if len(fields) != FEEDBACK_FIELDS or not all(field.strip() for field in fields):
        yield Fault("Feedback-ID has not four fields with colons between.", f"Feedback-ID: {value}")
    elif not SENDER_ID.fullmatch(fields[-1].strip()):
        yield Fault("Feedback-ID's last field, the sender, has not 5 to 15 characters.", f"Feedback-ID: {value}")
    if wire.reader and wire.reader.address.lower() in value.lower():
        yield Fault("Feedback-ID names the reader, so Google can't count it.", f"Feedback-ID: {value}")


def automatic_mail(wire: Wire) -> Iterator[Fault]:
    """H22: `Precedence: bulk` and `X-Auto-Response-Suppress: All`, so that no absent reader's desk answers."""
    yield from _exactly(wire, "Precedence", "bulk")
    yield from _exactly(wire, "X-Auto-Response-Suppress", "All")


def _exactly(wire: Wire, name: str, wanted: str) -> Iterator[Fault]:
    value = wire.first(name)
    if value is None:
        yield Fault(f"The message has no {name} header.", name)
    elif value != wanted:
        yield Fault(f"{name} is not: {wanted}.", f"{name}: {value}")
