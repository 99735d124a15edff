"""Content made fit to stand between DATA and the final dot, so that nothing in it can end it early."""

import re
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Dotless:
    """Content whose maker vouches that its lines end in CRLF and none begins with a dot; it is not looked through.

    Looking through 30 KB takes as long as half of all else that a conversation does for a message.
    """

    octets: bytes


def stuffed(content: bytes | Dotless) -> bytes:
    """Return *content* with a second dot where a line begins with one, ending in CRLF (RFC 5321 §4.5.2).

    A bare CR or LF before a dot is a line end to some servers and none to others, who would disagree about where the
    message ends; so where one is, all line ends become CRLF.
    """
    octets, is_dotless = (content.octets, True) if isinstance(content, Dotless) else (content, False)
    if octets.endswith(b"\r\n") and (is_dotless or not _has_leading_dot(octets)):
        return octets
    lines = _LINE_END.sub(b"\r\n", octets)
    whole = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..")[2:]


def _has_leading_dot(content: bytes) -> bool:
    return content.startswith(b".") or b"\n." in content or b"\r." in content
