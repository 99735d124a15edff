"""Quoted-printable as we write it (RFC 2045 §6.7): lines that nothing on the way has a reason to touch.

No line begins with a dot or with "From " and none ends in white space, there is no tab, and of two blanks beside each
other the first is escaped. So a body made of such lines needs no dot-stuffing (RFC 5321 §4.5.2), a mailbox file quotes
nothing in it, and it is its own canonical form under DKIM's "relaxed" (RFC 6376 §3.4.4): what is signed is what is
sent.
"""

import re
from collections.abc import Iterator

LINE = 76
SOFT_BREAK = b"=\r\n"
_ESCAPED = re.compile(rb"[^\n !-<>-~]| (?=[ \n]|\Z)")
_UNSAFE_START = re.compile(rb"\.|F(?=rom )")


def quoted_printable(text: str, *, open_ended: bool = False) -> bytes:
    r"""Return *text*, whose line ends are "\n", in UTF-8 and quoted-printable; the result stands at a line's start.

    *open_ended* leaves room on the last line for the "=" of a soft break.
    """
    *lines, last = _ESCAPED.sub(_escape, text.encode()).split(b"\n")
    wire = [SOFT_BREAK.join(_folded(line, LINE)) for line in lines]
    wire.append(SOFT_BREAK.join(_folded(last, LINE - 1 if open_ended else LINE)))
    return b"\r\n".join(wire)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]


def _folded(line: bytes, room: int) -> Iterator[bytes]:
    """Cut an escaped line into pieces that leave room for a soft break, the last of them of at most *room* octets."""
    at = 0
    while True:
        rest = line[at : at + LINE + 1]
        piece = _shielded(rest)
        if at + len(rest) == len(line) and len(piece) <= room:
            yield piece
            return
        cut = _before_escape(piece)
        yield piece[:cut]
        at += cut - (len(piece) - len(rest))


def _shielded(line: bytes) -> bytes:
    unsafe = _UNSAFE_START.match(line)
    return _escape(unsafe) + line[1:] if unsafe else line


def _before_escape(piece: bytes) -> int:
    """Return where to cut *piece*: as far on as a soft break allows, and not inside an escape of three characters."""
    cut = LINE - 1
    escape = piece.find(b"=", cut - 2, cut)
    return cut if escape < 0 else escape
