"""The relay's replies, read off the wire in whatever pieces they come."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_LINE = 4096
LONGEST_REPLY = 65_536
_CODE_DIGITS = 3


class GarbageError(Exception):
    """What the relay says can't be followed any further; the message says why."""


class Reply(NamedTuple):
    """A whole reply: its code, from 200 to 599, and its lines without code and line end."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """Return the text; octets that are not UTF-8 become lone surrogates."""
        return b"\n".join(self.lines).decode("utf-8", "surrogateescape")

    def __str__(self) -> str:
        return f"{self.code} {' '.join(self.text.split())}"


class ReplyReader:
    """Puts replies together (RFC 5321 §4.2): one or more lines of the same code, all but the last with a hyphen."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Give each reply that *data* completes; bare LF is taken for a line end too.

        Raises:
            GarbageError: a line has no code or another one than the line before, is over 4,096 octets, or there is no
                end to a reply after 64 KB. What came whole before it has been given.
        """
        *lines, rest = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = b""
        for line in lines:
            reply, goes_on = _read_line(line)
            if not (self._lines or goes_on):
                yield reply
            elif joined := self._join(line[:_CODE_DIGITS], reply.lines[0], is_last=not goes_on):
                yield joined
        self._rest = rest
        if len(rest) > LONGEST_LINE:
            raise GarbageError("it sent a line without an end")

    def _join(self, digits: bytes, text: bytes, *, is_last: bool) -> Reply | None:
        if self._lines and self._lines[0] != digits:
            raise GarbageError("it changed the code within a reply")
        if not self._lines:
            self._lines.append(digits)
        self._lines.append(text)
        self._size += len(text) + 6
        if self._size > LONGEST_REPLY:
            raise GarbageError("it sent a reply without an end")
        if not is_last:
            return None
        reply = Reply(int(digits), tuple(self._lines[1:]))
        self._lines, self._size = [], 0
        return reply


# To MAIL, RCPT and DATA a relay says the same again and again.
@lru_cache(maxsize=128)
def _read_line(line: bytes) -> tuple[Reply, bool]:
    """Return a line as a reply, and whether it says that another line follows."""
    line = line.removesuffix(b"\r")
    digits, mark = line[:_CODE_DIGITS], line[_CODE_DIGITS : _CODE_DIGITS + 1]
    if len(line) > LONGEST_LINE or not _is_code(digits) or mark not in (b"", b" ", b"-"):
        raise GarbageError(f"it sent what is no reply: {line[:60]!r}")
    return Reply(int(digits), (line[_CODE_DIGITS + 1 :].strip(),)), mark == b"-"


def _is_code(digits: bytes) -> bool:
    return len(digits) == _CODE_DIGITS and digits.isdigit() and b"2" <= digits[:1] <= b"5"
