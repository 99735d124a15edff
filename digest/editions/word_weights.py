"""What a word tells: the rarer among the articles at hand, and in news at large, the more."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digest.editions.news_words import COMMON, FAMILIAR, SMALL
from digest.editions.words import stem

SMALL_STEMS = frozenset(map(stem, SMALL)) | SMALL
_COMMON_STEMS = frozenset(map(stem, COMMON))
_FAMILIAR_STEMS = frozenset(map(stem, FAMILIAR)) - _COMMON_STEMS

# The background counts as so many articles, of which these shares use a word. Where all of a morning's articles
# tell of bananas, it is what keeps the word worth something.
_ARTICLES_BEHIND = 1000
_COMMON_SHARE, _FAMILIAR_SHARE, _OTHER_SHARE = 0.1, 0.03, 0.0003
# Used by more articles than this, a word is no reason to compare two of them.
_MOST_OF_A_KNOWN_WORD, _MOST_OF_ANOTHER = 50, 250


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The weights of words, frozen: `articles` were read, and `counts` says how many of them use a stem."""

    articles: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabularies: Iterable[Iterable[str]]) -> "WordWeights":
        """Weigh words by articles, each given as its different stems."""
        counts: Counter[str] = Counter()
        articles = 0
        for vocabulary in vocabularies:
            counts.update(set(vocabulary))
            articles += 1
        return cls(articles, counts)

    def weight(self, word: str) -> float:
        """Return the smoothed inverse document frequency of a stem, 0 or more."""
        if word in _COMMON_STEMS:
            share = _COMMON_SHARE
        elif word in _FAMILIAR_STEMS:
            share = _FAMILIAR_SHARE
        else:
            share = _OTHER_SHARE
        used = self.counts.get(word, 0) + _ARTICLES_BEHIND * share
        return max(0.0, math.log((self.articles + _ARTICLES_BEHIND) / used))

    def is_telling(self, word: str) -> bool:
        """Say whether that two articles use a stem is a reason to compare them."""
        used = self.counts.get(word, 0)
        return used <= _MOST_OF_A_KNOWN_WORD or (used <= _MOST_OF_ANOTHER and not is_known(word))


def is_known(word: str) -> bool:
    """Say whether a stem is a common or familiar one of the news."""
    return word in _COMMON_STEMS or word in _FAMILIAR_STEMS
