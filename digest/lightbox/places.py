"""Where in a message the lint found something: the line, with the words in question apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

AROUND = 90
# What the lint writes before the words it quotes: a part's or a header's name, or a tag.
LABELS = (re.compile(r"^(?:text/\w+|[A-Za-z-]+): "), re.compile(r"^<\w+[^>]*> ?"))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a part, counted from 1, cut to what stands around the words that are `marked`."""

    part: str
    line: int
    before: str
    marked: str
    after: str


def place_of(where: str, parts: Mapping[str, str]) -> Place | None:
    """Return where the excerpt *where* stands in *parts*, each by its name, or None where it can't be told."""
    words = where.removesuffix("…").strip()
    wishes = [words, *(label.sub("", words, count=1) for label in LABELS)]
    for wish in dict.fromkeys(wish for wish in wishes if wish):
        for name, text in parts.items():
            if found := _find(wish, name, text):
                return found
    return None


def _find(words: str, part: str, text: str) -> Place | None:
    at = text.find(words)
    if at < 0:
        return None
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + len(words))
    line_end = end if end >= 0 else len(text)
    return Place(
        part,
        text.count("\n", 0, at) + 1,
        text[max(start, at - AROUND) : at],
        words,
        text[at + len(words) : min(line_end, at + len(words) + AROUND)],
    )
