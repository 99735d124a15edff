"""Which sources are to be asked now: those not asked since some moment, and those whose wait is over. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from digest.articles.retrieval.source_health import SourceHealth
from digest.settings import SourceSettings


def sources_due(
    sources: Iterable[SourceSettings], known: Mapping[str, SourceHealth], since: datetime, now: datetime
) -> list[SourceSettings]:
    """Return those of *sources* that were not asked since *since* (UTC); one that failed is due when its wait is over.

    *known* is how each is doing, by its name. A source whose feed is another now was never asked.
    """
    return [source for source in sources if source.feed and _is_due(known.get(source.name), source.feed, since, now)]


def _is_due(health: SourceHealth | None, feed: str, since: datetime, now: datetime) -> bool:
    if health is None or health.feed != feed:
        return True
    if health.next_try_at:
        return not health.waits(now)
    return health.tried_at < since
