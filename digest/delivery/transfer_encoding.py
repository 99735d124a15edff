"""Content-transfer-encoding of a body part with slots (RFC 2045 §6.7, §6.8).

A quoted-printable part is encoded once; each slot stands alone between two soft line breaks, so that
whatever is put there moves nothing else (trap T14, H08).
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

LINE = 76
# Beyond this the part is mostly escapes, as Chinese or Arabic text is, and base64 is shorter (H09).
LARGEST_GROWTH = 1.35
# What a slot may hold at the most: an address of 254 characters, some of them HTML entities. Counted in, so
# that no reader's long values bring a base64 part below the growth that excuses it.
_SLOT_OCTETS = 512
_LINE_END = re.compile("\r\n|\r|\n")
_SOFT_BREAK = b"=\r\n"
# binascii breaks a line before it notices that the blank at its end must be escaped: up to 78 characters.
_BLANK_TOO_FAR = re.compile(rb"^([^\n]{74,75})(=20|=09)$", re.MULTILINE)
_ESCAPE_CUT = re.compile(rb"=[0-9A-F]?$")


class EncodedPart(Protocol):
    """A part's body, ready for any reader's values."""

    name: str

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the encoded body with each sentinel replaced by its value, CRLF line ends, one at the end."""


@dataclass(frozen=True)
class QuotedPrintable:
    """Encoded segments and, between them, sentinels."""

    segments: tuple[bytes, ...]
    sentinels: tuple[str, ...]
    name = "quoted-printable"

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the body with each sentinel's value on lines of its own."""
        encoded = {sentinel: _encode_line(value) for sentinel, value in values.items()}
        pieces = [self.segments[0]]
        for sentinel, segment in zip(self.sentinels, self.segments[1:], strict=True):
            pieces += (encoded[sentinel], segment)
        return b"".join(pieces)


@dataclass(frozen=True)
class Base64:
    """Plain segments, encoded anew for each reader, because base64 knows no soft break."""

    segments: tuple[bytes, ...]
    sentinels: tuple[str, ...]
    name = "base64"

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the body in lines of 76 characters."""
        pieces = [self.segments[0]]
        for sentinel, segment in zip(self.sentinels, self.segments[1:], strict=True):
            pieces += (values[sentinel].encode(), segment)
        return base64.encodebytes(b"".join(pieces)).replace(b"\n", b"\r\n")


def encode_part(text: str, sentinels: Sequence[str]) -> EncodedPart:
    """Encode *text* in UTF-8 once, with a slot wherever one of *sentinels* stands."""
    lines = _LINE_END.sub("\n", text).removesuffix("\n") + "\n"
    pieces = re.split("(" + "|".join(map(re.escape, sentinels)) + ")", lines)
    plain, slots = pieces[::2], tuple(pieces[1::2])
    quoted = [_encode_segment(piece) for piece in plain]
    octets = [piece.replace("\n", "\r\n").encode() for piece in plain]
    in_slots = len(slots) * _SLOT_OCTETS
    if sum(map(len, quoted)) + in_slots > LARGEST_GROWTH * (sum(map(len, octets)) + in_slots):
        return Base64(tuple(octets), slots)
    last = len(quoted) - 1
    return QuotedPrintable(
        tuple(
            (_SOFT_BREAK if number else b"") + (_with_room(segment) + _SOFT_BREAK if number < last else segment)
            for number, segment in enumerate(quoted)
        ),
        slots,
    )


def _encode_segment(text: str) -> bytes:
    quoted = binascii.b2a_qp(text.encode(), istext=True)
    return _BLANK_TOO_FAR.sub(rb"\1=\n\2", quoted).replace(b"\n", b"\r\n")


def _encode_line(value: str) -> bytes:
    return _with_room(_encode_segment(value))


def _with_room(segment: bytes) -> bytes:
    """Return *segment* with room on its last line for the "=" of a soft break."""
    start = segment.rfind(b"\n") + 1
    if len(segment) - start < LINE:
        return segment
    cut = start + LINE - 4
    cut -= len(found.group()) if (found := _ESCAPE_CUT.search(segment[start:cut])) else 0
    return segment[:cut] + _SOFT_BREAK + segment[cut:]
