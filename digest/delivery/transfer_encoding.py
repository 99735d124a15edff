"""Content-transfer-encoding of a body part with slots (RFC 2045 §6.7, §6.8).

A quoted-printable part is encoded once; each slot stands alone between two soft line breaks, so that
whatever is put there moves nothing else (trap T14, H08). Either encoding gives lines that are their own canonical
form for DKIM and need no dot-stuffing: see `quoted_printable`.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from digest.delivery.quoted_printable import SOFT_BREAK, quoted_printable

# Beyond this the part is mostly escapes, as Chinese or Arabic text is, and base64 is shorter (H09).
LARGEST_GROWTH = 1.35
# What a slot may hold at the most: an address of 254 characters, some of them HTML entities. Counted in, so
# that no reader's long values bring a base64 part below the growth that excuses it.
_SLOT_OCTETS = 512
_BASE64_LINE_OCTETS = 57  # they make a line of 76 characters
_LINE_END = re.compile("\r\n|\r|\n")
# Most values stand on a line of their own as they are.
_PLAIN = re.compile("[!-\\-/-<>-~][!-<>-~]{0,74}").fullmatch


class EncodedPart(Protocol):
    """A part's body, ready for any reader's values."""

    name: str

    @property
    def head(self) -> bytes:
        """The encoded body's beginning, the same for every reader."""

    def pieces(self, values: Mapping[str, str]) -> Sequence[bytes]:
        """Return the encoded body with each sentinel replaced by its value, CRLF line ends, one at the end.

        In pieces: to copy 30 KB once more than need be costs as much as all that is each reader's own.
        """


@dataclass(frozen=True)
class QuotedPrintable:
    """Encoded segments and, between them, sentinels."""

    segments: tuple[bytes, ...]
    sentinels: tuple[str, ...]
    name = "quoted-printable"

    @property
    def head(self) -> bytes:
        """The segment before the first slot."""
        return self.segments[0]

    def pieces(self, values: Mapping[str, str]) -> list[bytes]:
        """Return the body with each sentinel's value on lines of its own."""
        pieces = self._spaced.copy()
        pieces[1::2] = [_slot(values[sentinel]) for sentinel in self.sentinels]
        return pieces

    @cached_property
    def _spaced(self) -> list[bytes]:
        """The segments with room between them for what comes into the slots."""
        spaced = [b""] * (2 * len(self.segments) - 1)
        spaced[::2] = self.segments
        return spaced


@dataclass(frozen=True)
class Base64:
    """Plain segments. Base64 knows no soft break: what follows the first slot is encoded anew for each reader."""

    segments: tuple[bytes, ...]
    sentinels: tuple[str, ...]
    name = "base64"

    @cached_property
    def head(self) -> bytes:
        """The whole lines before the first slot."""
        return _base64(self.segments[0][: self._head_octets])

    def pieces(self, values: Mapping[str, str]) -> tuple[bytes, bytes]:
        """Return the body in lines of 76 characters."""
        pieces = [self.segments[0][self._head_octets :]]
        for sentinel, segment in zip(self.sentinels, self.segments[1:], strict=True):
            pieces += (values[sentinel].encode(), segment)
        return self.head, _base64(b"".join(pieces))

    @property
    def _head_octets(self) -> int:
        return len(self.segments[0]) // _BASE64_LINE_OCTETS * _BASE64_LINE_OCTETS


def encode_part(text: str, sentinels: Sequence[str]) -> EncodedPart:
    """Encode *text* in UTF-8 once, with a slot wherever one of *sentinels* stands."""
    lines = _LINE_END.sub("\n", text).removesuffix("\n") + "\n"
    pieces = re.split("(" + "|".join(map(re.escape, sentinels)) + ")", lines)
    plain, slots = pieces[::2], tuple(pieces[1::2])
    octets = tuple(piece.replace("\n", "\r\n").encode() for piece in plain)
    if _is_mostly_escapes(octets, len(slots) * _SLOT_OCTETS):
        return Base64(octets, slots)
    *before_slots, last = plain
    quoted = [quoted_printable(piece, open_ended=True) + SOFT_BREAK for piece in before_slots]
    quoted.append(quoted_printable(last))
    return QuotedPrintable((quoted[0], *(SOFT_BREAK + segment for segment in quoted[1:])), slots)


def _is_mostly_escapes(segments: tuple[bytes, ...], in_slots: int) -> bool:
    # Measured as the lint does (H09), not by our own escapes, of which nobody else knows.
    quoted = sum(len(binascii.b2a_qp(segment)) for segment in segments)
    return quoted + in_slots > LARGEST_GROWTH * (sum(map(len, segments)) + in_slots)


def _slot(value: str) -> bytes:
    return value.encode() if _PLAIN(value) else quoted_printable(value, open_ended=True)


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")
