"""The words of a report, in the form in which two outlets' words can be compared."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_](?:\.[^\W\d_])+\.?|[^\W\d_]+(?:'[^\W\d_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # kana and Han: no blanks between words
_POSSESSIVE = re.compile(r"'s?$")
_CAPITALS = frozenset({"US", "UK", "EU", "UN"})  # names, which in small letters are other words or too short
_ENDINGS = ("ations", "ation", "ating", "ated", "ness", "ment", "ing", "ion", "ate", "ed", "er", "or", "ly", "al")
_SHORT_STEMS = frozenset({"ness", "ing", "ed"})  # "cut-ting" keeps three letters, "nat-ion" must not
_SHORTEST = 4


def words_of(text: str) -> Iterator[str]:
    """Give the words of *text* in order, without accents and possessives: `It's the U.S. "dollar"` → it's, US, ….

    Figures lose their thousands' commas. Where a script has no blanks, each two neighbouring characters are a word.
    """
    for word in _WORD.findall(text if text.isascii() else _plain(text)):
        if word.isascii() and word.isalpha():  # as most are
            yield word
            continue
        bare = _POSSESSIVE.sub("", word)
        if _UNSPACED.search(bare):
            yield from (bare[at : at + 2] for at in range(max(1, len(bare) - 1)))
        elif bare[0].isdigit():
            yield bare.replace(",", "")
        else:
            yield bare.replace(".", "")


def wording(text: str) -> tuple[str, ...]:
    """Return what two texts have in common that differ in nothing but letters' size, accents and marks."""
    return tuple(word.casefold() for word in words_of(text))


@lru_cache(maxsize=100_000)  # a day's words come again and again
def stem(word: str) -> str:
    """Return what *word* has in common with its other forms: lift, lifts, lifted and lifting are one.

    English endings, a little greedily: two words that fall together cost less than two forms that stay apart.
    """
    if word in _CAPITALS:
        return word
    short = word.lower().replace("'", "")
    if len(short) < _SHORTEST or short[0].isdigit():
        return short
    return _without_vowel(_without_ending(_singular(short)))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'"))  # noqa: RUF001 - as printed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        kept = len(word) - len(ending)
        if word.endswith(ending) and kept >= _SHORTEST - (ending in _SHORT_STEMS):
            word = word[:kept]
            doubled = word[-1] == word[-2] and word[-1] not in "sl"  # "cutting", yet "pass" and "fell"
            return word[:-1] if doubled else word
    return word


def _without_vowel(word: str) -> str:
    if len(word) >= _SHORTEST and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) >= _SHORTEST and word.endswith("y") else word
