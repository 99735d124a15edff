"""Headlines that contradict one another: the shares that rise in one fall in the other, the bill that passes fails.

Such headlines share nearly all their words, and yet tell of two events. Only headlines are read: they say the one
thing that happened. In doubt nothing is a contradiction.
"""

# Lists of words read best as text.
# ruff: noqa: SIM905

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from digest.editions.word_weights import SMALL_STEMS
from digest.editions.words import stem, words_of

# Each pair of opposites, as the headline's forms of the two verbs. The first also as adjectives: "shares lower".
_OPPOSITES = (
    (
        "rise rises rose risen rising climb climbs climbed climbing jump jumps jumped jumping surge surges surged "
        "surging soar soars soared soaring gain gains gained gaining rally rallies rallied up higher increase "
        "increases increased increasing rebound rebounds rebounded",
        "fall falls fell fallen falling drop drops dropped dropping slide slides slid sliding sink sinks sank sinking "
        "slip slips slipped slipping tumble tumbles tumbled tumbling plunge plunges plunged plunging decline declines "
        "declined declining down lower decrease decreases decreased decreasing dip dips dipped shrink shrinks shrank",
    ),
    ("approve approves approved approving", "reject rejects rejected rejecting"),
    ("accept accepts accepted", "refuse refuses refused decline declines declined"),
    ("pass passes passed", "fail fails failed"),
    ("win wins won beat beats", "lose loses lost"),
    ("uphold upholds upheld", "overturn overturns overturned"),
    ("confirm confirms confirmed admit admits admitted", "deny denies denied"),
    ("raise raises raised raising", "cut cuts lower lowers lowered cutting"),
    ("guilty convicted", "innocent acquitted"),
    ("resume resumes resumed", "suspend suspends suspended halt halts halted"),
    ("ban bans banned", "unban unbans unbanned"),
    ("open opens opened reopen reopens reopened", "close closes closed shut shuts"),
)
_SENSES = tuple({word: side for side, words in enumerate(pair) for word in words.split()} for pair in _OPPOSITES)
_VERBS = frozenset().union(*_SENSES)
_NEGATIONS = frozenset("not never cannot".split())
_NEAR = 2  # a negation reaches over so many words: "will not now resign"
_CLAUSE_ENDS = re.compile(
    r"[,;:\u2013\u2014|]|\s-\s|\b(?:as|after|while|but|and|amid|despite|before|when|though)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a headline claims, as stems: of each subject in which sense, and which words it denies.

    `senses` holds (number of the pair of opposites, subject, side); `denied` and `asserted` what stands after a
    negation, and all other words.
    """

    senses: frozenset[tuple[int, str, int]]
    denied: frozenset[str]
    asserted: frozenset[str]

    @classmethod
    def of(cls, headline: str) -> "Claims":
        """Read *headline*."""
        senses: set[tuple[int, str, int]] = set()
        denied: set[str] = set()
        asserted: set[str] = set()
        for clause in _CLAUSE_ENDS.split(headline):
            words = [word.lower() for word in words_of(clause)]
            here = set(_denied(words))
            senses.update(() if here else _senses(words))
            denied |= here
            asserted |= {stem(word) for word in words} - here
        return cls(frozenset(senses), frozenset(denied), frozenset(asserted - SMALL_STEMS))


def contradiction(one: Claims, other: Claims) -> str | None:
    """Return in words what *one* headline says and *other* says the opposite of, or None."""
    for pair, subject, side in sorted(one.senses):
        if (pair, subject, 1 - side) in other.senses and (pair, subject, side) not in other.senses:
            words = [_OPPOSITES[pair][at].split()[0] for at in (side, 1 - side)]
            return f"{subject}: {words[0]} here, {words[1]} there"
    for denying, asserting in ((one, other), (other, one)):
        contested = denying.denied & (asserting.asserted - asserting.denied)
        if contested - denying.asserted:
            return f"{min(contested - denying.asserted)}: denied by one"
    return None


def _senses(words: list[str]) -> Iterator[tuple[int, str, int]]:
    """Give what is claimed of the words that stand before each verb of a clause, back to the verb before it."""
    if _VERBS.isdisjoint(words):
        return
    for pair, sides in enumerate(_SENSES):
        if sides.keys().isdisjoint(words):
            continue
        verbs = [at for at, word in enumerate(words) if word in sides]
        for before, at in pairwise([-1, *verbs]):
            subjects = {stem(word) for word in words[before + 1 : at]} - SMALL_STEMS
            yield from ((pair, subject, sides[words[at]]) for subject in subjects)


def _denied(words: list[str]) -> Iterator[str]:
    """Give the stem of the first word of weight after each negation, where one is near."""
    for at, word in enumerate(words):
        if word in _NEGATIONS or word.endswith("n't"):
            small = sum(1 for _ in takewhile(lambda later: stem(later) in SMALL_STEMS, words[at + 1 :]))
            if small <= _NEAR and at + 1 + small < len(words):
                yield stem(words[at + 1 + small])
