"""What a server packed, unpacked a piece at a time and never beyond a bound. Pure."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

from digest.articles.retrieval.refusal import NotFetchedError

ACCEPTED = "gzip, br"
_PIECE = 65_536
_GZIP_OR_ZLIB = 47


class Unpacker(Protocol):
    """Unpacks a body; each piece that it gives is small, however much one octet stands for."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Give what *data*, the next of the body, unpacks to."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """Return what unpacks a body whose Content-Encoding is *encoding*.

    Raises:
        NotFetchedError: Nobody asked for such an encoding.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Zlib()
        case "br":
            return _Brotli()
    raise NotFetchedError(f"it is packed as {encoding[:40]!r}, which we did not ask for")


class _Plain:
    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Zlib:
    def __init__(self) -> None:
        self._unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        rest = data
        # Once its end has come, the rest is padding.
        while rest and not self._unpacking.eof:
            try:
                piece = self._unpacking.decompress(rest, _PIECE)
            except zlib.error as error:
                raise NotFetchedError(f"it can't be unpacked: {error}") from error
            rest = self._unpacking.unconsumed_tail
            yield piece


class _Brotli:
    def __init__(self) -> None:
        self._unpacking = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        rest = data
        while not self._unpacking.is_finished():
            try:
                yield self._unpacking.process(rest, output_buffer_limit=_PIECE)
            except brotli.error as error:
                raise NotFetchedError(f"it can't be unpacked: {str(error).lower()}") from error
            rest = b""
            if self._unpacking.can_accept_more_data():
                return
