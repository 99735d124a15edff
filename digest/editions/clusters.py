"""Clusters: the reports of several outlets that tell the same event, with the evidence for every join.

The two groups that are most alike, on the average over all their pairs, become one, then the next two, as long as
they are alike enough. The larger two groups are, the more alike they must be: joining them in error puts more
reports wrong, and a chain of neighbours is no event. Groups with headlines that contradict one another stay apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import sqrt

from digest.articles.article import Article
from digest.editions.likeness import Likenesses

_ALIKE_ENOUGH = 0.06  # for two single reports


@dataclass(frozen=True, slots=True)
class Join:
    """Why two groups of reports became one.

    `one` and `other` are the URLs of the two reports most alike across the groups, `words` what they share;
    `likeness` is the average over all pairs across, `needed` what it had to be at least.
    """

    one: str
    other: str
    words: tuple[str, ...]
    likeness: float
    needed: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """The reports of one event, in the order of their publication, and the joins that brought them together."""

    articles: tuple[Article, ...]
    joins: tuple[Join, ...] = ()

    @property
    def urls(self) -> list[str]:
        """Return the articles' addresses."""
        return [article.url for article in self.articles]


def clusters_of(articles: Iterable[Article]) -> list[Cluster]:
    """Return *articles*, each in exactly one cluster, by their first instants, in whatever order they come."""
    return cluster(Likenesses.among(articles))


def cluster(likenesses: Likenesses) -> list[Cluster]:
    """Return the clusters of all reports read so far; of the same likenesses always the same."""
    grouping = _Grouping(likenesses)
    grouping.join_all()
    clusters = [_cluster(likenesses, group, grouping.joins[at]) for at, group in grouping.groups.items()]
    return sorted(clusters, key=lambda one: (one.articles[0].published, one.articles[0].url))


def needed(size: int, other_size: int) -> float:
    """Return how alike two groups of so many reports must be."""
    return _ALIKE_ENOUGH * sqrt(size * other_size)


class _Grouping:
    """The groups so far, numbered by their first report's place among all URLs in order."""

    def __init__(self, likenesses: Likenesses) -> None:
        self._likenesses = likenesses
        urls = sorted(likenesses.reports)
        places = {url: place for place, url in enumerate(urls)}
        self.groups = {place: [url] for place, url in enumerate(urls)}
        self.joins: dict[int, list[Join]] = {place: [] for place in self.groups}
        self._sums: dict[int, dict[int, float]] = {place: {} for place in self.groups}
        self._apart: dict[int, set[int]] = {place: set() for place in self.groups}
        for (one, other), likeness in likenesses.pairs.items():
            self._sums[places[one]][places[other]] = self._sums[places[other]][places[one]] = likeness
        for one, other in likenesses.contradictions:
            self._apart[places[one]].add(places[other])
            self._apart[places[other]].add(places[one])
        self._waiting = [entry for at in self.groups for entry in self._candidates(at, beyond=at)]
        heapify(self._waiting)

    def join_all(self) -> None:
        """Join the two groups that most exceed what they need, until none do."""
        while self._waiting:
            excess, one, other, sizes = heappop(self._waiting)
            if one in self.groups and other in self.groups and sizes == self._sizes(one, other):
                self._join(one, other, -excess)

    def _sizes(self, one: int, other: int) -> tuple[int, int]:
        return len(self.groups[one]), len(self.groups[other])

    def _candidates(self, at: int, beyond: int = -1) -> Iterable[tuple[float, int, int, tuple[int, int]]]:
        """Give the groups after *beyond* that may join *at*: how many times they are alike enough, negated."""
        apart = self._apart[at]
        for other, total in self._sums[at].items():
            if other > beyond and other not in apart:
                one, two = (at, other) if at < other else (other, at)
                sizes = self._sizes(one, two)
                excess = total / (sizes[0] * sizes[1]) / needed(*sizes)
                if excess >= 1:
                    yield (-excess, one, two, sizes)

    def _join(self, one: int, other: int, excess: float) -> None:
        bar = needed(*self._sizes(one, other))
        self.joins[one] += [*self.joins.pop(other), self._evidence(one, other, excess * bar, bar)]
        self.groups[one] += self.groups.pop(other)
        for third, total in self._sums.pop(other).items():
            del self._sums[third][other]
            if third != one:
                self._sums[one][third] = self._sums[third][one] = self._sums[one].get(third, 0.0) + total
        for third in self._apart.pop(other):
            self._apart[third].discard(other)
            self._apart[third].add(one)
            self._apart[one].add(third)
        for entry in self._candidates(one):
            heappush(self._waiting, entry)

    def _evidence(self, one: int, other: int, likeness: float, bar: float) -> Join:
        pairs = self._likenesses.pairs
        across = ((a, b) for a in self.groups[one] for b in self.groups[other])
        best = min(across, key=lambda pair: (-pairs.get((min(pair), max(pair)), 0.0), pair))
        return Join(*best, self._likenesses.shared_words(*best), likeness, bar)


def _cluster(likenesses: Likenesses, urls: list[str], joins: list[Join]) -> Cluster:
    articles = sorted((likenesses.reports[url].article for url in urls), key=lambda told: (told.published, told.url))
    return Cluster(tuple(articles), tuple(joins))
