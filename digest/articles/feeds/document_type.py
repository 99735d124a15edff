"""DTDs and entities: cut out where they are idle, refused where they could expand. No parser ever sees one."""

import re

from digest.articles.rejection import RejectedError

# Each alternative ends at its own first end, or with the text: time is linear.
_COMMENT = r"<!--.*?(?:-->|\Z)"
_BEFORE_ROOT = re.compile(rf"{_COMMENT}|<\?.*?(?:\?>|\Z)|<!|<(?=[A-Za-z_:])", re.DOTALL)
# In comments and CDATA a story may speak of one.
_IN_ROOT = re.compile(rf"{_COMMENT}|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!(?:DOCTYPE|ENTITY)\b", re.DOTALL | re.IGNORECASE)
# RSS 0.91 asked for one that only names a file elsewhere; nobody ever loads it.
_IDLE = re.compile(r"<!DOCTYPE\s[^<>\[\]]{1,400}>", re.IGNORECASE)


def without_document_type(text: str) -> str:
    """Return the XML *text* without a DOCTYPE that only names what it is.

    Raises:
        RejectedError: It declares anything of its own, such as entities, or declares in a place where nothing may be.
    """
    text, root = _plain_beginning(text)
    if any(not piece[0].startswith(("<!--", "<![")) for piece in _IN_ROOT.finditer(text, root)):
        raise RejectedError("it declares a document type or entities inside itself; such feeds are not read")
    return text


def _plain_beginning(text: str) -> tuple[str, int]:
    """Return *text* without its idle DOCTYPE, and where its first element begins."""
    at = 0
    while piece := _BEFORE_ROOT.search(text, at):
        if piece[0] == "<":
            return text, piece.start()
        at = piece.end()
        if piece[0] == "<!":
            idle = _IDLE.match(text, piece.start())
            if not idle:
                raise RejectedError("it declares a document type of its own, or entities; such feeds are not read")
            text, at = text[: piece.start()] + text[idle.end() :], piece.start()
    return text, len(text)
