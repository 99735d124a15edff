"""A caught mail, opened: what its reader and the curious see."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parsedate_to_datetime
from functools import lru_cache

from digest.demo.catcher import CaughtMail

KEPT_OPEN = 128


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail with its headers and parts decoded.

    `recipient` and `envelope_sender` are those of the envelope; `from_` and `to` those of the header.
    `sent` is the Date header in the zone it was written in, None where it tells none. `html` and `text` are
    empty where the mail lacks that part; their lines end in a bare line feed. `headers` stand in the order of
    the wire. `size` is in bytes.
    """

    recipient: str
    envelope_sender: str
    subject: str
    from_: str
    to: str
    sent: datetime | None
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    source: str
    size: int


@lru_cache(maxsize=KEPT_OPEN)
def open_mail(caught: CaughtMail) -> OpenedMail:
    """Decode *caught*; what can't be decoded is shown as it came."""
    message = message_from_bytes(caught.content, policy=default)
    headers = tuple((name, _decoded(name, str(raw))) for name, raw in message.raw_items())
    first = {name.lower(): value for name, value in reversed(headers)}
    return OpenedMail(
        recipient=caught.recipient,
        envelope_sender=caught.sender,
        subject=first.get("subject", ""),
        from_=first.get("from", ""),
        to=first.get("to", ""),
        sent=_instant(first.get("date", "")),
        html=_part(message, "html"),
        text=_part(message, "plain"),
        headers=headers,
        source=caught.content.decode("utf-8", errors="replace"),
        size=len(caught.content),
    )


def _decoded(name: str, raw: str) -> str:
    try:
        return str(default.header_fetch_parse(name, raw))
    except (AttributeError, LookupError, TypeError, ValueError):  # CPython's parser trips over malformed addresses
        return raw.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def _instant(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else _words(part).replace("\r\n", "\n")


def _words(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a charset that Python does not know
        payload = part.get_payload(decode=True)
        return payload.decode("ascii", errors="replace") if isinstance(payload, bytes) else ""
