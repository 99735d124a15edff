"""A message's bytes, read once for all rules."""

import binascii
import re
from dataclasses import dataclass
from functools import cached_property

from digest.rendering.lint.encoded_words import decode_words
from digest.rendering.lint.mailbox import Mailbox
from digest.rendering.lint.page import Page

LINE_END = re.compile(rb"\r\n|\r|\n")
BLANK_LINE = re.compile(rb"\A\r?\n|\r?\n\r?\n|\r\r")
FIELD_START = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
URI = re.compile(r"<([^<>\s]*)>")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field; `lines` are its wire lines without their ends, `value` is unfolded but not decoded."""

    name: str
    lines: tuple[bytes, ...]
    value: str

    @property
    def key(self) -> str:
        """Return the name in lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Part:
    """One body part: its own head and fields, and its bytes as encoded for the wire."""

    head: bytes
    fields: tuple[Field, ...]
    payload: bytes

    def first(self, name: str) -> str:
        """Return the value of the first field *name*, empty where there is none."""
        return _first(self.fields, name) or ""

    @property
    def media_type(self) -> str:
        """Return the content type in lower case, text/plain where none is named (RFC 2045 §5.2)."""
        return self.first("Content-Type").partition(";")[0].strip().lower() or "text/plain"

    @property
    def charset(self) -> str:
        """Return the charset in lower case, empty where none is named."""
        return parameter(self.first("Content-Type"), "charset").lower()

    @property
    def encoding(self) -> str:
        """Return the transfer encoding in lower case."""
        return self.first("Content-Transfer-Encoding").strip().lower() or "7bit"

    @cached_property
    def octets(self) -> bytes:
        """Return the content with its transfer encoding undone; as it stands where that can't be done."""
        try:
            if self.encoding == "base64":
                return binascii.a2b_base64(self.payload)
        except binascii.Error:
            return self.payload
        return binascii.a2b_qp(self.payload) if self.encoding == "quoted-printable" else self.payload

    @cached_property
    def text(self) -> str:
        """Return the content as text with line ends of one character; what is no UTF-8 is replaced."""
        return self.octets.decode(errors="replace").replace("\r\n", "\n")


@dataclass(frozen=True)
class Wire:
    """The whole message.

    `parts` are the parts of the outermost multipart, or the body alone. `relaxed` tells that the service
    runs at a loopback host, where a web address needs no https.
    """

    raw: bytes
    head: bytes
    body: bytes
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]
    relaxed: bool

    @classmethod
    def read(cls, raw: bytes, *, relaxed: bool = False) -> "Wire":
        """Read any bytes: what is malformed is left for the rules to say."""
        head, body = _halves(raw)
        fields = _fields(head)
        return cls(raw, head, body, fields, _parts(fields, body), relaxed)

    @classmethod
    def of_part(cls, media_type: str, words: str) -> "Wire":
        """Return a message that is nothing but one part, in UTF-8."""
        fields = (Field("Content-Type", (), media_type),)
        return cls(b"", b"", b"", (), (Part(b"", fields, words.encode(errors="replace")),), relaxed=False)

    def first(self, name: str) -> str | None:
        """Return the unfolded, undecoded value of the first field *name*, None where there is none."""
        return _first(self.fields, name)

    @property
    def head_octets(self) -> int:
        """Return how many octets the headers of the message and of its parts take."""
        return len(self.head) + sum(len(part.head) for part in self.parts)

    @property
    def boundary(self) -> str:
        """Return what divides the parts, empty where nothing does."""
        return _boundary(self.fields)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the message, then of its parts."""
        return (*self.fields, *(field for part in self.parts for field in part.fields if part.head))

    @cached_property
    def plain(self) -> Part | None:
        """The first text/plain part."""
        return next((part for part in self.parts if part.media_type == "text/plain"), None)

    @cached_property
    def rich(self) -> Part | None:
        """The last text/html part, which is the one that clients show."""
        return next((part for part in reversed(self.parts) if part.media_type == "text/html"), None)

    @cached_property
    def page(self) -> Page:
        """The HTML part, parsed."""
        return Page.parse(self.rich.text if self.rich else "")

    @cached_property
    def subject(self) -> str | None:
        """The decoded subject."""
        value = self.first("Subject")
        return None if value is None else decode_words(value).strip()

    @cached_property
    def reader(self) -> Mailbox | None:
        """The one mailbox in To."""
        return Mailbox.parse(self.first("To") or "")

    @cached_property
    def unsubscribe_url(self) -> str | None:
        """The first web address in List-Unsubscribe."""
        uris = URI.findall(self.first("List-Unsubscribe") or "")
        return next((uri for uri in uris if uri.lower().startswith(("https://", "http://"))), None)


def parameter(value: str, name: str) -> str:
    """Return the parameter *name* of a header's *value*, unquoted, empty where there is none."""
    match = re.search(rf';\s*{name}\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', value, re.IGNORECASE)
    return (match[1] or match[2] or "") if match else ""


def _first(fields: tuple[Field, ...], name: str) -> str | None:
    return next((field.value for field in fields if field.key == name.lower()), None)


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    blank = BLANK_LINE.search(raw)
    return (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")


def _fields(head: bytes) -> tuple[Field, ...]:
    bundles: list[list[bytes]] = []
    for line in LINE_END.split(head):
        if line[:1] in (b" ", b"\t") and bundles:
            bundles[-1].append(line)
        elif line:
            bundles.append([line])
    return tuple(field for bundle in bundles if (field := _field(bundle)))


def _field(lines: list[bytes]) -> Field | None:
    match = FIELD_START.fullmatch(b"".join(lines))
    if not match:
        return None
    return Field(match[1].decode("ascii"), tuple(lines), match[2].decode(errors="replace").strip())


def _boundary(fields: tuple[Field, ...]) -> str:
    content_type = _first(fields, "Content-Type") or ""
    return parameter(content_type, "boundary") if content_type.lower().startswith("multipart/") else ""


def _parts(fields: tuple[Field, ...], body: bytes) -> tuple[Part, ...]:
    boundary = _boundary(fields)
    if not boundary:
        return (Part(b"", fields, body),)
    # Found by its words, which is quick; the line end before it is the divider's (RFC 2046 §5.1.1).
    divider = re.compile(re.escape(b"--" + boundary.encode(errors="replace")) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
    dividers = [match for match in divider.finditer(body) if _ends_line(body, match.start()) is not None]
    ends = [_ends_line(body, match.start()) for match in dividers[1:]] + [len(body)]
    pieces = [_part(body[match.end() : end]) for match, end in zip(dividers, ends, strict=False)]
    # Before the first is the preamble; after a closing one comes an epilogue, which no client shows.
    return tuple(pieces[:-1] if any(match[1] for match in dividers) else pieces)


def _ends_line(body: bytes, start: int) -> int | None:
    """Return where the line before *start* ends, 0 at the beginning; None where no line begins there."""
    if start == 0:
        return 0
    if body[start - 1 : start] not in (b"\r", b"\n"):
        return None
    return start - 2 if body[start - 2 : start] == b"\r\n" else start - 1


def _part(piece: bytes) -> Part:
    head, payload = _halves(re.sub(rb"\A(?:\r\n|\n|\r)", b"", piece))
    return Part(head, _fields(head), payload)
