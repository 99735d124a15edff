"""The canonical address of an article: its identity.

Two addresses that lead to the same story should be the same text, so that importing twice changes nothing.
What is safe to unify is unified (RFC 3986 §6.2.2); what may tell two stories apart is left alone.
"""

# Lists of names read best as text.
# ruff: noqa: SIM905

import ipaddress
import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from digest.articles.rejection import RejectedError

# PostgreSQL can't index a longer text: an entry of its unique index holds 2,704 bytes.
LONGEST = 2_048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
_TRACKING = frozenset(
    "fbclid gclid gclsrc gbraid wbraid dclid msclkid twclid ttclid igshid igsh yclid li_fat_id mc_cid mc_eid "
    "_hsenc _hsmi mkt_tok oly_anon_id oly_enc_id vero_id s_cid cmpid ocid smid wt_mc at_medium at_campaign".split()
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_PLAIN_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


def canonical_url(raw: str) -> str:
    """Return the address *raw* in its canonical form.

    Scheme and host are lower-cased, the host is in its IDNA form; the default port, the fragment and tracking
    parameters are gone; the other parameters keep their order; an empty path is "/".

    Raises:
        RejectedError: *raw* is no absolute http or https address, names a user, or is longer than 2,048 characters.
    """
    parts = _split(raw)
    host = _host(parts, raw)
    path = _escaped(parts.path) or "/"
    query = _without_tracking(_escaped(parts.query))
    url = f"{parts.scheme}://{host}{_port(parts, raw)}{path}{'?' if query else ''}{query}"
    if len(url) > LONGEST:
        raise RejectedError(f"the address {url[:60]}… has {len(url):,} characters; {LONGEST:,} is the limit")
    return url


def joined(address: str, page: str = "") -> str:
    """Return *address* as the page at the address *page* means it; where that is "", only "//host/…" is completed."""
    if not page:
        return f"https:{address}" if address.startswith("//") else address
    try:
        return urljoin(page, address)
    except ValueError:
        return address  # canonical_url says what is wrong with it


def other_scheme(url: str) -> str:
    """Return the canonical *url* with https for http, or http for https: mostly the same page."""
    scheme, _, rest = url.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def is_secured(before: str, after: str) -> bool:
    """Say whether *after* is *before* with https in place of http."""
    return before.startswith("http://") and after == other_scheme(before)


def _split(raw: str) -> SplitResult:
    text = raw.strip()
    if any(ord(character) < ord(" ") or character.isspace() for character in text.replace(" ", "")):
        raise RejectedError(f"the address {raw!r} has a control character in it")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise RejectedError(f"{raw!r} is not an address: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise RejectedError(f"{raw!r} is not an http or https address; write it as https://…")
    if "@" in parts.netloc:
        raise RejectedError(f"the address {raw!r} names a user; leave out what stands before the @")
    return parts


def _host(parts: SplitResult, raw: str) -> str:
    host = (parts.hostname or "").rstrip(".").lower()
    if ":" in host:
        return f"[{_ip6(host, raw)}]"
    if _PLAIN_HOST.fullmatch(host) and ".." not in host:
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except UnicodeError as error:
        raise RejectedError(f"the address {raw!r} has no valid host name: {error}") from error


def _ip6(host: str, raw: str) -> str:
    try:
        return ipaddress.IPv6Address(host).compressed
    except ValueError as error:
        raise RejectedError(f"the address {raw!r} has no valid host name: {error}") from error


def _port(parts: SplitResult, raw: str) -> str:
    try:
        port = parts.port
    except ValueError as error:
        raise RejectedError(f"the address {raw!r} has no valid port: {error}") from error
    return "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"


def _escaped(text: str) -> str:
    """Return *text* with everything escaped that must be and nothing that need not be (RFC 3986 §6.2.2.1 and .2)."""
    try:
        ascii_only = quote(text, safe="%/:@!$&'()*+,;=?~-._")
    except UnicodeEncodeError as error:
        raise RejectedError(f"the address part {text!r} holds half a character") from error
    return _ESCAPE.sub(_one_escape, re.sub("%(?![0-9A-Fa-f]{2})", "%25", ascii_only))


def _one_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_tracking(query: str) -> str:
    return "&".join(parameter for parameter in query.split("&") if parameter and not _is_tracking(parameter))


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
