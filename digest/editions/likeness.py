"""How alike two reports are: the weighted words they share, in the headline above all.

Reports are read one after another against those already read, so that a new one costs only its own comparisons.
The weights of words stay as they were when reading began: so reading in parts, and in any order, finds the same
likenesses as reading all at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from math import sqrt

from digest.articles.article import Article
from digest.editions.opposites import Claims, contradiction
from digest.editions.word_weights import SMALL_STEMS, WordWeights, is_known
from digest.editions.words import stem, words_of

_OF_THE_HEADLINE = 2.5  # what a word counts there, beside one of the summary
_SUMMARY_CHARS = 600
_LONGEST_APART = timedelta(hours=72)  # what is told again later is another story, or no news
# Long texts share words by chance: two of this many words are taken as they are, shorter ones are raised.
_TYPICAL_WORDS, _LENGTH_POWER = 20, 0.6
_HEADLINE_WORDS = 10  # a report of more has a summary
# Words that are evidence together: of headlines, with a rare one among them and without; of whole texts.
_FEWEST, _FEWEST_KNOWN, _FEWEST_OF_TEXTS = 2, 3, 4
_LEAST = 0.05  # likenesses below count as none


@dataclass(frozen=True)
class Report:
    """An article as it is compared: its words' shares of the whole, 0 to 1 and ordered by word.

    `forms` are the words as they were written, by stem; `lift` is this report's part in what a likeness is
    multiplied with for the lengths of the two; `headline` the words that stand in its headline.
    """

    article: Article
    shares: dict[str, float]
    forms: dict[str, str]
    lift: float
    headline: frozenset[str]

    @classmethod
    def of(cls, article: Article, forms: dict[str, str], weights: WordWeights) -> "Report":
        """Weigh the words of *article*, given as `forms_of` returns them."""
        headline = {stem(word) for word in words_of(article.headline)}
        worth = {word: weights.weight(word) * (_OF_THE_HEADLINE if word in headline else 1.0) for word in sorted(forms)}
        length = sqrt(sum(value * value for value in worth.values())) or 1.0
        shares = {word: value / length for word, value in worth.items()}
        lift = float(_TYPICAL_WORDS / max(1, len(forms))) ** (_LENGTH_POWER / 2)
        return cls(article, shares, forms, lift, frozenset(headline))

    @cached_property
    def claims(self) -> Claims:
        """Return what the headline claims; asked only of those that are like another."""
        return Claims.of(self.article.headline)


@dataclass(slots=True)
class Likenesses:
    """The reports read so far, by their articles' URLs, and how alike each two are.

    `pairs` holds every likeness that counts, by the two URLs in their order; `contradictions` those pairs whose
    headlines say the opposite, and what.
    """

    weights: WordWeights
    reports: dict[str, Report] = field(default_factory=dict)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)
    contradictions: dict[tuple[str, str], str] = field(default_factory=dict)
    _read: list[Report] = field(default_factory=list)
    _uses: defaultdict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def among(cls, articles: Iterable[Article]) -> "Likenesses":
        """Weigh words by *articles* and read them all."""
        forms = {article.url: (article, forms_of(article)) for article in articles}
        likenesses = cls(WordWeights.of(words for _, words in forms.values()))
        for article, words in forms.values():
            likenesses._compare(Report.of(article, words, likenesses.weights))
        return likenesses

    def read(self, articles: Iterable[Article]) -> None:
        """Compare *articles* with all that were read before and one another; a URL that is known is passed over."""
        for article in articles:
            if article.url not in self.reports:
                self._compare(Report.of(article, forms_of(article), self.weights))

    def shared_words(self, one: str, other: str, most: int = 5) -> tuple[str, ...]:
        """Return the words that make two reports alike, the weightiest first, as *one* writes them."""
        mine, theirs = self.reports[one], self.reports[other].shares
        shared = {word: share * theirs[word] for word, share in mine.shares.items() if word in theirs}
        heaviest = sorted(shared, key=lambda word: (-shared[word], word))[:most]
        return tuple(mine.forms[word] for word in heaviest)

    def _compare(self, report: Report) -> None:
        for place, cosine in self._cosines(report):
            earlier = self._read[place]
            likeness = cosine * (report.lift * earlier.lift)  # so grouped, the order of reading changes no bit
            apart = abs(report.article.published - earlier.article.published)
            if likeness >= _LEAST and apart <= _LONGEST_APART and _have_evidence(report, earlier):
                first, second = sorted((report, earlier), key=lambda told: told.article.url)
                pair = (first.article.url, second.article.url)
                self.pairs[pair] = likeness
                if said := contradiction(first.claims, second.claims):
                    self.contradictions[pair] = said
        self.reports[report.article.url] = report
        for word, share in report.shares.items():
            self._uses[word].append((len(self._read), share))
        self._read.append(report)

    def _cosines(self, report: Report) -> Iterator[tuple[int, float]]:
        """Give the cosines with those earlier reports, by their places, that share enough of the telling words.

        Enough is half of the least: what only words of everybody's make alike is not.
        """
        telling = {word: share for word, share in report.shares.items() if self.weights.is_telling(word)}
        frequent = {word: share for word, share in report.shares.items() if word not in telling}
        cosines: dict[int, float] = {}
        get = cosines.get
        for word, share in telling.items():
            for place, theirs in self._uses[word]:
                cosines[place] = get(place, 0.0) + share * theirs
        enough = _LEAST / 2 / report.lift
        for place, cosine in cosines.items():
            earlier = self._read[place]
            if cosine * earlier.lift >= enough:
                shares = earlier.shares
                yield place, cosine + sum(share * shares[word] for word, share in frequent.items() if word in shares)


def _have_evidence(one: Report, other: Report) -> bool:
    """Say whether what is shared may tell one event: a name; a rare word and another; or some words of everybody's.

    "Police" and "arrest" make no event, and no more does "situation" alone, which both happen to use. Two that
    have more to say than a headline share more than that by chance, and must share more. What neither headline says
    is no event but an agency's line: who reported it, and that more follows.
    """
    shared = one.shares.keys() & other.shares.keys()
    if shared.isdisjoint(one.headline) and shared.isdisjoint(other.headline):
        return False
    if min(len(one.shares), len(other.shares)) > _HEADLINE_WORDS:
        return len(shared) >= _FEWEST_OF_TEXTS and any(map(_is_rare, shared))
    rare = list(filter(_is_rare, shared))
    if len(shared) >= (_FEWEST if rare else _FEWEST_KNOWN):
        return True
    return any(_is_name(one.forms[word]) and _is_name(other.forms[word]) for word in rare)


def _is_rare(word: str) -> bool:
    return not (is_known(word) or word[0].isdigit())  # 61 years, and 61 boats


def _is_name(form: str) -> bool:
    """Say whether a word may be a name: it is written with a capital, which in a headline may mean nothing."""
    return form[0].isupper()


def forms_of(article: Article) -> dict[str, str]:
    """Return the stems that carry weight, each with a word that has it, one in small letters where there is one."""
    forms: dict[str, str] = {}
    for word in words_of(f"{article.headline}\n{article.summary[:_SUMMARY_CHARS]}"):
        found = stem(word)
        if found not in SMALL_STEMS and (len(found) > 1 or found.isdigit()) and (found not in forms or word.islower()):
            forms[found] = word
    return forms
