"""The text part's lines: at most 78 columns as a terminal counts them (H11)."""

import itertools
import re
import unicodedata
from functools import lru_cache

from digest.articles.sentences import sentences

WIDEST = 78
# Characters that may not begin a line, and those that may not end one (the core of JIS X 4051).
NEVER_FIRST = frozenset("、。，．・：；？！）］｝〕〉》」』】’”ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…％")  # noqa: RUF001 (they are meant)
NEVER_LAST = frozenset("（［｛〔〈《「『【‘“")  # noqa: RUF001 (they are meant)

# Joins several emoji to one.
ZERO_WIDTH_JOINER = "\u200d"


def columns(text: str) -> int:
    """Return how many columns of a terminal *text* takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def wrapped(text: str, widest: int = WIDEST) -> str:
    """Return *text* in lines of at most *widest* columns.

    Lines break at spaces, and between wide characters where East Asian typesetting allows. A web address
    is never broken; another word that is too long is.
    """
    if columns(text) <= widest:
        return text.rstrip()
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, widest):
        if line and columns((line + piece).rstrip()) > widest:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return "\n".join([*lines, line.rstrip()])


def underlined(text: str, stroke: str) -> str:
    """Return *text* in lines, and under it as many *stroke*s as its longest line has columns."""
    body = wrapped(text)
    return f"{body}\n{stroke * max(columns(line) for line in body.splitlines() or [''])}"


def opening(text: str) -> str:
    """Return the first sentence of *text*."""
    return next(sentences(text), "")


def tidy(text: str) -> str:
    """Return *text* without spaces at line ends, with one blank line at most, and a final newline."""
    stripped = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", stripped).strip("\n") + "\n"


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _pieces(text: str, widest: int) -> list[str]:
    """Split *text* where a line may break; joined again, the pieces are the text."""
    pieces: list[str] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        if len(word) <= widest and word.isascii():  # as most are
            pieces.append(word)
            continue
        for part in _between_wide(word):
            pieces += [part] if re.match(r"https?://", part) else _cut(part, widest)
    return pieces


def _between_wide(word: str) -> list[str]:
    if word.isascii():
        return [word]
    parts = [word[:1]]
    for before, after in itertools.pairwise(word):
        if _may_part(before, after):
            parts.append(after)
        else:
            parts[-1] += after
    return parts


def _may_part(before: str, after: str) -> bool:
    if after.isspace() or before in NEVER_LAST or after in NEVER_FIRST:
        return False
    if _columns(after) == 0 or before == ZERO_WIDTH_JOINER:
        return False
    return _columns(before) == 2 or _columns(after) == 2  # noqa: PLR2004 (a wide character)


def _cut(part: str, widest: int) -> list[str]:
    if columns(part) <= widest:
        return [part]
    cut = [""]
    for character in part:
        if not character.isspace() and columns(cut[-1] + character) > widest:
            cut.append("")
        cut[-1] += character
    return cut
