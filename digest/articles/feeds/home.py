"""At home: which outlets are at home at which host. No feed may bring what stands on the site of another outlet's.

It would take its address, and the story would stand under a wrong name for good; whose site it is brings it itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from digest.articles.article import Article
from digest.articles.rejection import Rejection
from digest.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Homes:
    """The names of the outlets whose feed stands at each host (`owners`), and each one's own host by its name."""

    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[SourceSettings]) -> Self:
        """Return where *sources* are at home."""
        hosts = {source.name: _host(source.feed) for source in sources if source.feed}
        owners = {host: frozenset(name for name, own in hosts.items() if own == host) for host in hosts.values()}
        return cls(owners, hosts)

    def admit(self, item: Article | Rejection) -> Article | Rejection:
        """Return *item*, or its rejection where its address is on another outlet's site.

        Departments of one house, under other names of its domain, may bring each other's.
        """
        if isinstance(item, Rejection):
            return item
        host = _host(item.url)
        owners = self.owners.get(host, frozenset())
        if not owners or item.source in owners or _domain(self.hosts.get(item.source, "")) == _domain(host):
            return item
        whose = " and ".join(sorted(owners))
        reason = f"its address is on the site of {whose}, whose own feed brings what stands there"
        return Rejection(f"{item.source} ({item.url[:200]})", reason)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _domain(host: str) -> str:
    """Return the end of *host* that one house has in common; of more than one in countries such as co.uk."""
    return ".".join(host.split(".")[-2:])
