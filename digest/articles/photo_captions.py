"""The caption of a photo in text copied from a page, and the credit that goes with it."""

# Typographic marks are what this is about, and word lists read best as text.
# ruff: noqa: SIM905

import re

from digest.articles.article import Caption

_SHORTEST = 20
_IN_BRACKETS = re.compile(r"^(?P<words>.*?)\s*[(\[](?P<credit>[^()\[\]]{2,80})[)\]]$")
_LABELLED = re.compile(
    r"^(?P<words>|.*[.!?”\"])\s*(?:Photo(?:graph)?|Image|Picture|Credit|Foto)"
    r"(?: credit)?(?: by|:| courtesy of)\s*(?P<credit>[^.!?]{2,80})$"
)
_AGENCY_LINE = re.compile(r"^(?P<words>)(?P<credit>[^.!?/]{2,50}/[^.!?/]{2,40})$")
_SMALL_WORDS = frozenset("of the and for by via from in de la le von van courtesy photo handout file image".split())


def take_caption(lines: list[str]) -> tuple[Caption | None, list[str]]:
    """Return the caption of the first photo in *lines*, and the lines without any caption.

    A caption shows itself by standing twice, one after the other or once with its credit, or by ending in a
    credit where the text begins.
    """
    doubled = _doubled(lines)
    if not doubled:
        return _opening_caption(lines)
    rest = [line for line in lines if _key(line) not in doubled]
    caption = next(iter(doubled.values()))
    words, credit = _split(rest[0]) if rest else ("", "")
    if credit and not words:
        return Caption(caption.text, caption.credit or credit), rest[1:]
    return caption, rest


def _doubled(lines: list[str]) -> dict[str, Caption]:
    """Return the captions that stand twice, by their key, in the order of the text."""
    seen: dict[str, int] = {}
    found: dict[str, Caption] = {}
    for place, line in enumerate(lines):
        words, credit = _split(line)
        key = _key(line)
        if key in seen and len(key) >= _SHORTEST:
            other_words, other_credit = _split(lines[seen[key]])
            if place - seen[key] == 1 or credit or other_credit:
                found.setdefault(key, Caption(other_words or words, other_credit or credit))
        seen.setdefault(key, place)
    return found


def _opening_caption(lines: list[str]) -> tuple[Caption | None, list[str]]:
    if len(lines) < 2:  # noqa: PLR2004  (a text of one paragraph has no caption beside its body)
        return None, lines
    words, credit = _split(lines[0])
    if words and credit and words[-1] in '.!?”"':
        return Caption(words, credit), lines[1:]
    only_words, credit = _split(lines[1])
    if credit and not only_words:
        return Caption(lines[0], credit), lines[2:]
    return None, lines


def _split(line: str) -> tuple[str, str]:
    """Return the words of *line* and the credit at its end; "" where there is none."""
    for pattern in (_LABELLED, _IN_BRACKETS, _AGENCY_LINE):
        match = pattern.match(line)
        if match and _reads_as_credit(match["credit"]):
            return match["words"].strip(), re.sub(r"^(Photo|Image) (by|courtesy of) ", "", match["credit"].strip())
    return line, ""


def _reads_as_credit(text: str) -> bool:
    """Say whether *text* is a name: every word capitalised but the small ones, and no sentence."""
    words = [word for word in re.split(r"[\s/,&]+", text) if word]
    named = [word for word in words if word[0].isupper() or not word[0].isalpha()]
    return bool(named) and text[-1] not in ".!?" and all(w in named or w.lower() in _SMALL_WORDS for w in words)


def _key(line: str) -> str:
    return re.sub(r"\W+", " ", _split(line)[0]).strip().casefold()
