"""What the bytes must be: lines, encodings, parts, sizes."""

import binascii
import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message

from digest.rendering.lint.encoded_words import ENCODED_WORD
from digest.rendering.lint.violation import Fault
from digest.rendering.lint.wire import Part, Wire

KILOBYTE = 1024
LINE_OCTETS = 998
HEADER_LINE_OCTETS = 78
ENCODED_LINE_OCTETS = 76
ENCODED_WORD_CHARACTERS = 75
HEADERS_OCTETS = 16 * KILOBYTE
MESSAGE_OCTETS = KILOBYTE * KILOBYTE
QUOTED_PRINTABLE_WASTE = 1.35

BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
# White space after the name is no place to fold: what came before the fold would be empty.
FOLDABLE = re.compile(rb"(?:[!-9;-~]+:)?+[ \t]*[^ \t]+[ \t]+[^ \t]")
BROKEN_ESCAPE = re.compile(rb"=(?!(?:[0-9A-Fa-f]{2}|\r?\n))")
TRAILING_SPACE = tuple(space + end for space in (b" ", b"\t") for end in (b"\r\n", b"\n"))


def clean_lines(wire: Wire) -> Iterator[Fault]:
    """H07: CRLF only, a final one, no NUL, no line over 998 octets, headers folded at 78 (RFC 5322 §2.1.1)."""
    if b"\0" in wire.raw:
        yield Fault("The message holds a NUL byte.", _line_of(wire.raw, wire.raw.index(b"\0")))
    if _has_bare_ends(wire.raw) and (bare := BARE_LINE_END.search(wire.raw)):
        yield Fault("A line ends with CR or LF alone instead of CRLF.", _line_of(wire.raw, bare.start()))
    if not wire.raw.endswith(b"\r\n"):
        yield Fault("The message does not end with CRLF.", "the last line")
    long = [line for line in wire.raw.splitlines() if len(line) > LINE_OCTETS]
    if long:
        yield Fault(f"Lines longer than 998 octets: {len(long)}.", _words(long[0]))
    for field in wire.all_fields:
        if any(HEADER_LINE_OCTETS < len(line) <= LINE_OCTETS and FOLDABLE.match(line) for line in field.lines):
            yield Fault("A header line is longer than 78 octets and could be folded.", _words(field.lines[0]))


def _has_bare_ends(raw: bytes) -> bool:
    """Say whether a CR or an LF stands alone; counting takes a tenth of a search."""
    return not raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")


def sound_encodings(wire: Wire) -> Iterator[Fault]:
    """H08: encoded lines have at most 76 octets, encoded-words 75; all is ASCII (RFC 2045 §6.7, RFC 2047 §2)."""
    for field in wire.all_fields:
        if any(len(match[0]) > ENCODED_WORD_CHARACTERS for match in ENCODED_WORD.finditer(field.value)):
            yield Fault("An encoded-word is longer than 75 characters.", f"{field.name}: {field.value}")
        if not all(line.isascii() for line in field.lines):
            yield Fault("A header holds bytes outside ASCII that are not encoded.", f"{field.name}: {field.value}")
    for part in wire.parts:
        if part.encoding in ("quoted-printable", "base64"):
            yield from _encoded_lines(part)


def _encoded_lines(part: Part) -> Iterator[Fault]:
    long = [line for line in part.payload.splitlines() if len(line) > ENCODED_LINE_OCTETS]
    if long:
        yield Fault(f"Lines of {part.encoding} longer than 76 octets: {len(long)}.", _words(long[0]))
    if not part.payload.isascii():
        yield Fault(f"The {part.encoding} body of {part.media_type} holds bytes outside ASCII.", part.media_type)
    if part.encoding != "quoted-printable":
        return
    if broken := BROKEN_ESCAPE.search(part.payload):
        yield Fault("Quoted-printable holds = without two hexadecimal digits.", _words(part.payload[broken.start() :]))
    if part.payload.endswith((b" ", b"\t")) or any(trailing in part.payload for trailing in TRAILING_SPACE):
        yield Fault("A quoted-printable line ends with white space, which relays strip.", part.media_type)


def explicit_encoding(wire: Wire) -> Iterator[Fault]:
    """H09: text parts are UTF-8 and say so, in quoted-printable; base64 only where that is over 1.35 times the size."""
    for part in (wire.plain, wire.rich):
        if part is None:
            continue
        if part.charset != "utf-8":
            yield Fault(f"{part.media_type} does not say charset=utf-8.", part.first("Content-Type") or "Content-Type")
        elif not _is_utf8(part.octets):
            yield Fault(f"{part.media_type} says charset=utf-8, but is not UTF-8.", part.media_type)
        if part.encoding not in ("quoted-printable", "base64"):
            yield Fault(f"{part.media_type} is not quoted-printable.", f"Content-Transfer-Encoding: {part.encoding}")
        elif part.encoding == "base64" and not _base64_pays(part.octets):
            yield Fault(f"{part.media_type} is base64 where quoted-printable would do.", part.media_type)


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _base64_pays(octets: bytes) -> bool:
    return len(binascii.b2a_qp(octets)) > QUOTED_PRINTABLE_WASTE * len(octets)


def text_then_html(wire: Wire) -> Iterator[Fault]:
    """H10: multipart/alternative, text/plain first, text/html last, neither empty (RFC 2046 §5.1.4)."""
    content_type = wire.first("Content-Type")
    if content_type is None:
        return
    if content_type.partition(";")[0].strip().lower() != "multipart/alternative":
        yield Fault("The message is not multipart/alternative.", f"Content-Type: {content_type}")
        return
    found = [part.media_type for part in wire.parts]
    if found[:1] != ["text/plain"] or found[-1:] != ["text/html"]:
        yield Fault("The parts are not text/plain first and text/html last.", ", ".join(found) or "no parts")
    for part in wire.parts:
        if not part.text.strip():
            yield Fault("A part is empty.", part.media_type)


def readable_again(wire: Wire) -> Iterator[Fault]:
    """H13: the boundary occurs in no part; the standard library reads the message and finds no defect."""
    boundary = wire.boundary.encode(errors="replace")
    if boundary and wire.body.count(boundary) != len(wire.parts) + 1:
        yield Fault("The boundary does not stand exactly once around each part.", wire.boundary)
    # The standard library takes quadratic time over them: seconds for 16 KB.
    endless = [
        field for field in wire.all_fields if field.key.startswith("content-") and len(field.value) > LINE_OCTETS
    ]
    for field in endless:
        yield Fault("A Content header is longer than 998 octets, too long to be parsed.", field.name)
    if not endless:
        yield from (Fault("The message does not parse cleanly.", defect) for defect in _defects(wire.raw))


def _defects(raw: bytes) -> list[str]:
    try:
        parts = list(email.message_from_bytes(raw, policy=email.policy.default).walk())
        for part in parts:
            _decode(part)
        return [type(defect).__name__ for part in parts for defect in part.defects]
    except Exception as error:  # noqa: BLE001 - on hostile bytes the stdlib parser raises anything, and that is the finding
        return [f"{type(error).__name__}: {error}"]


def _decode(part: Message) -> None:
    # A broken transfer encoding is entered among the defects only when somebody decodes it.
    if not part.is_multipart():
        part.get_payload(decode=True)


def modest_size(wire: Wire) -> Iterator[Fault]:
    """H14: headers under 16 KB, the message under 1 MB (1 KB is 1,024 octets), no attachments."""
    if wire.head_octets >= HEADERS_OCTETS:
        yield Fault(f"The headers take {wire.head_octets:,} octets; they must stay under 16 KB.", "headers")
    if len(wire.raw) >= MESSAGE_OCTETS:
        yield Fault(f"The message takes {len(wire.raw):,} octets; it must stay under 1 MB.", "message")
    for part in wire.parts:
        disposition = part.first("Content-Disposition").lower()
        if disposition.startswith("attachment") or not part.media_type.startswith(("text/", "multipart/")):
            yield Fault("The message carries an attachment.", disposition or part.media_type)


def _line_of(raw: bytes, position: int) -> str:
    ends_before = raw.count(b"\n", 0, position)
    return f"line {ends_before + 1}"


def _words(line: bytes) -> str:
    return line[:100].decode(errors="replace")
