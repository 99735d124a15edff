"""Header fields as they go over the wire.

Written here and not by the standard library's message policies, which encode what must stay verbatim
(trap T1) and leave encoded-words without white space between them (trap T4).
"""

import re
import unicodedata
from email.charset import Charset
from email.header import Header
from email.utils import quote

FOLD = 76
# H19; a newsletter's name in an alphabet that takes twelve octets a letter may need more.
PHRASE_FIELD_OCTETS = 255
_LINE_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
_UNQUOTABLE = re.compile(r"=\?|[<>]")
_UTF_8 = Charset("utf-8")
_JOINERS = "\u200c\u200d"  # Persian words and emoji of several parts are written with them


def text_field(name: str, value: str) -> bytes:
    """Return an unstructured field, folded, in encoded-words where *value* can't stand as it is (RFC 2047)."""
    line = _one_line(value)
    charset = "us-ascii" if _stands_plain(name, line) else "utf-8"
    words = Header(line, charset, maxlinelen=FOLD, header_name=name).encode(linesep="\r\n")
    return f"{name}: {words}\r\n".encode("ascii")


def mailbox_field(name: str, display_name: str, address: str) -> bytes:
    """Return an address field with one mailbox; the address stands on a line of its own where it must."""
    line = _one_line(display_name)
    if not line:
        return verbatim_field(name, address)
    phrase = _phrase(name, line)
    used = len(phrase.rpartition("\n")[2]) + (0 if "\n" in phrase else len(name) + 2)
    space = " " if used + len(address) + 3 <= FOLD else "\r\n "
    return f"{name}: {phrase}{space}<{address}>\r\n".encode("ascii")


def phrase_field(name: str, display_name: str, rest: str) -> bytes:
    """Return a field that reads `phrase rest`, such as List-Id (RFC 2919).

    The phrase loses its end where the field's value would have more than 255 octets.
    """
    line = _one_line(display_name)
    while line and len(_phrase(name, line)) + len(rest) + 1 > PHRASE_FIELD_OCTETS:
        line = line[:-1].rstrip()
    return f"{name}: {_phrase(name, line)}\r\n {rest}\r\n".encode("ascii")


def verbatim_field(name: str, value: str) -> bytes:
    """Return a field exactly as given: URLs and identifiers are never encoded or folded inside.

    Raises:
        ValueError: *value* is not one line of printable ASCII (H12).
    """
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{name} can't carry {value!r}: a header value is one line of printable ASCII")
    return f"{name}: {value}\r\n".encode("ascii")


def _phrase(name: str, line: str) -> str:
    quoted = f'"{quote(line)}"'
    # A quoted string is not folded (many readers get that wrong), and < in one confuses others.
    if line.isascii() and len(name) + 2 + len(quoted) <= FOLD and not _UNQUOTABLE.search(line):
        return quoted
    word = _UTF_8.header_encode(line)
    if len(name) + 2 + len(word) <= FOLD:
        return word
    return Header(line, "utf-8", maxlinelen=FOLD, header_name=name).encode(linesep="\r\n")


def _stands_plain(name: str, line: str) -> bool:
    """Say whether *line* may go over the wire as it is.

    What looks like an encoded-word would be decoded; a word longer than a line would leave its first line empty.
    """
    longest = max(map(len, line.split()), default=0)
    return line.isascii() and "=?" not in line and len(name) + 2 + longest <= FOLD


def _one_line(value: str) -> str:
    if value.isprintable():
        return " ".join(value.split())
    return " ".join("".join(map(_printable, value)).split())


def _printable(letter: str) -> str:
    """Return *letter*, or a space for what ends a line, or nothing for what is unseen and turns text about."""
    category = unicodedata.category(letter)
    if category in _LINE_BREAKING:
        return " "
    return "" if category == "Cf" and letter not in _JOINERS else letter
