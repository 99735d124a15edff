"""At home: which outlets are at home at which host. No feed may bring what stands on the site of another outlet's.

It would take its address, and the story would stand under a wrong name for good; whose site it is brings it itself.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from digest.articles.article import Article
from digest.articles.rejection import Rejection
from digest.settings import SourceSettings

Homes = Mapping[str, frozenset[str]]


def homes_of(sources: Iterable[SourceSettings]) -> Homes:
    """Return the names of the outlets that are at home at each host: their feed stands there."""
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        if source.feed:
            host = _host(source.feed)
            found[host] = found.get(host, frozenset()) | {source.name}
    return found


def at_home(item: Article | Rejection, homes: Homes) -> Article | Rejection:
    """Return *item*, or its rejection where its address is on another outlet's site."""
    if isinstance(item, Rejection):
        return item
    owners = homes.get(_host(item.url), frozenset())
    if not owners or item.source in owners:
        return item
    reason = f"its address is on the site of {' and '.join(sorted(owners))}, whose own feed brings what stands there"
    return Rejection(f"{item.source} ({item.url[:200]})", reason)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
