"""A headline as its story's own: without markup, without the outlet's name, without shouting."""

# Typographic marks are what this is about, and word lists read best as text.
# ruff: noqa: RUF001, SIM905

import re
from collections.abc import Iterable
from html import unescape

from digest.articles.clean_line import clean_line
from digest.articles.sanitising import plain_text

# Only these are taken for markup: "How to use the <video> tag" is a headline.
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|br|em|font|i|img|mark|p|s|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,6}|[a-z]{2,10});", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[|·•»«–—-]\s+|\s+::\s+|\s*\|\s*")
_BULLET = re.compile(r"^[•●▶►»>*–—-]+\s+")
_REPEATED = re.compile(r"([!?])[!?]*\1")
_FEWEST_LEFT = 12
_FEWEST_SHOUTED_WORDS = 3
_SHOUTED_SHARE = 0.8
_SMALL = frozenset("a an and as at but by for from in into of on or over the to up with".split())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NAME_WORDS = re.compile(r"\w+")
# What an outlet adds to its name in its feed, or leaves out.
_NOT_OF_A_NAME = frozenset("the www com net org news feed rss top stories latest headlines home page online".split())


def clean_headline(written: str, names: Iterable[str] = (), told: str = "") -> str:
    """Return the headline in *written*, one line of plain text.

    *names* are the outlet's, which is taken off an end where it stands behind a separator. A headline in capitals is
    set in ordinary letters, each word as *told*, the story's own plain words, writes it.
    """
    line = clean_line(_words(written))
    line = _BULLET.sub("", _REPEATED.sub(r"\1", line))
    line = _without_names(line, [name for name in map(_name_key, names) if name])
    return quietened(line, told)


def quietened(line: str, told: str) -> str:
    """Return *line* in ordinary letters if it shouts: as *told* writes its words, the others with capitals."""
    words = [word for word in _WORD.findall(line) if len(word) > 1]
    letters = [letter for letter in line if letter.isalpha()]
    shouted = sum(letter.isupper() for letter in letters)
    can_shout = any(letter.isupper() or letter.islower() for letter in letters)
    if not can_shout or len(words) < _FEWEST_SHOUTED_WORDS or shouted < _SHOUTED_SHARE * len(letters):
        return line
    written = _as_written(told)
    quiet = _WORD.sub(lambda word: written.get(word[0].casefold()) or _unseen(word[0]), line)
    first = next((at for at, letter in enumerate(quiet) if letter.isalpha()), 0)
    return quiet[:first] + quiet[first : first + 1].upper() + quiet[first + 1 :]


def _words(written: str) -> str:
    """Return *written* without markup, entities that were escaped twice resolved."""
    text = written
    for _ in range(2):
        if _MARKUP.search(text):
            text = plain_text(_MARKUP.sub(lambda tag: " " if tag[0].lower().startswith(("<br", "<p")) else "", text))
        elif _ENTITY.search(text):
            text = unescape(text)
    return text


def _without_names(line: str, names: list[str]) -> str:
    parts = [*_SEPARATOR.finditer(line)]
    for part in reversed(parts):
        rest, ending = line[: part.start()], line[part.end() :]
        if _name_key(ending) in names and len(rest) >= _FEWEST_LEFT:
            return _without_names(rest, names)
    if parts and _name_key(line[: parts[0].start()]) in names and len(line[parts[0].end() :]) >= _FEWEST_LEFT:
        return line[parts[0].end() :]
    return line


def _name_key(name: str) -> str:
    """Return what two ways to write an outlet's name have in common: "The Post" and "post.com"."""
    words = _NAME_WORDS.findall(name.casefold())
    return "".join(word for word in words if word not in _NOT_OF_A_NAME)


def _as_written(told: str) -> dict[str, str]:
    """Return how *told* writes its words; small letters win, for any word has a capital at the begin of a sentence."""
    written: dict[str, str] = {}
    for word in _WORD.findall(told):
        key = word.casefold()
        if key not in written or word.islower():
            written[key] = word
    return written


def _unseen(word: str) -> str:
    return word.lower() if word.casefold() in _SMALL else word[:1] + word[1:].lower()
