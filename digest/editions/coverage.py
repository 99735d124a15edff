"""Coverage: one report for each event, and which other outlets tell it too."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from digest.articles.article import Article
from digest.editions.clusters import Cluster, clusters_of


@dataclass(frozen=True, slots=True)
class Covered:
    """The report that stands for an event, and those of other outlets that it stands for, the best first."""

    article: Article
    others: tuple[Article, ...] = ()

    @property
    def also_in(self) -> tuple[str, ...]:
        """Return the names of the other outlets, each once."""
        return tuple(dict.fromkeys(article.source for article in self.others))


def covered(
    articles: Iterable[Article], rank: Callable[[Article], tuple[float, float, str]], kept: Collection[str] = ()
) -> list[Covered]:
    """Return the reports to choose from: of each event the best one, our own before all others.

    *rank* orders reports, the best first; those at the URLs *kept* go before all others, our own too. Another outlet's
    report of the event is told of with it. Our own reports, those that are kept, and what the same outlet has
    besides, stay stories of their own: they were written to be read together.
    """
    return [each for cluster in clusters_of(articles) for each in _of_one_event(cluster, rank, kept)]


def _of_one_event(
    cluster: Cluster, rank: Callable[[Article], tuple[float, float, str]], kept: Collection[str]
) -> list[Covered]:
    if len(cluster.articles) == 1:  # as most are, and a rank is dear
        return [Covered(cluster.articles[0])]
    best, *rest = sorted(cluster.articles, key=lambda told: (told.url not in kept, not told.own, *rank(told)))
    folded = (article for article in rest if not article.own and article.source != best.source)
    others = tuple(article for article in folded if article.url not in kept)
    return [Covered(best, others), *(Covered(article) for article in rest if article not in others)]
