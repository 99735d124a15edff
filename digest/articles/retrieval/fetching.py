"""All sources, fetched: asked, parsed, cleaned and stored, many at once, each bad one alone."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version

from digest.articles.article import Article
from digest.articles.feeds.entry_article import articles_of
from digest.articles.feeds.home import Homes
from digest.articles.feeds.parsing import parse_feed
from digest.articles.importing import import_articles
from digest.articles.rejection import RejectedError, Rejection
from digest.articles.retrieval.manners import Manners
from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.resolving import LOOKUPS_AT_ONCE, Resolve, system_resolver
from digest.articles.retrieval.retrieving import Bounds, Retrieved, Retriever, Wanted
from digest.articles.retrieval.source_health import (
    BackOff,
    SourceHealth,
    after_failure,
    after_no_change,
    after_reading,
    known_health,
)
from digest.articles.retrieval.source_report import SourceReport, SourceStatus
from digest.articles.retrieval.store import healths, record_healths
from digest.articles.retrieval.target import Target
from digest.articles.retrieval.user_agent import user_agent
from digest.articles.retrieval.web import Web
from digest.database import Database
from digest.settings import FetchingSettings, Settings, SourceSettings


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of fetching works with: *clock* reads the time (UTC), *chance* gives numbers from 0 to 1.

    *resolve* finds the addresses of hosts; None is as the system does. *homes* are those where outlets are at home.
    """

    database: Database
    settings: FetchingSettings
    user_agent: str
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    resolve: Resolve | None = None
    homes: Homes = field(default_factory=Homes)

    @classmethod
    def of(cls, database: Database, settings: Settings, clock: Callable[[], datetime]) -> "Round":
        """Return the round that the configuration describes."""
        agent = user_agent(settings.site, version("headline-digest"))
        return cls(database, settings.fetching, agent, clock, random.random, homes=Homes.of(settings.sources))


@dataclass(frozen=True, slots=True)
class _Read:
    """What became of one source, before it is stored."""

    health: SourceHealth
    items: tuple[Article | Rejection, ...] = ()
    status: SourceStatus = SourceStatus.READ


async def fetch_sources(
    work: Round, sources: Sequence[SourceSettings], on_done: Callable[[SourceReport], None] = lambda _report: None
) -> list[SourceReport]:
    """Fetch *sources*, which all have a feed, and store their articles; return what each came to, in their order.

    Each stands in a transaction of its own, so an interrupted round keeps what it reported. *on_done* hears of each.
    Chance says who is asked first: else the first feeds of a host, if they are in trouble, could keep us from its
    others for ever.
    """
    with work.database.reading() as session:
        known = healths(session)
    async with _fetcher(work) as fetcher:
        tasks = {
            source.name: asyncio.create_task(fetcher.fetch(source, known.get(source.name), on_done))
            for source in sorted(sources, key=lambda _source: work.chance())
        }
        try:
            await asyncio.gather(*tasks.values())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return [tasks[source.name].result() for source in sources]


@asynccontextmanager
async def _fetcher(work: Round) -> AsyncIterator["_Fetcher"]:
    settings = work.settings
    lookups = ThreadPoolExecutor(LOOKUPS_AT_ONCE, "lookup")
    desk = ThreadPoolExecutor(1, "desk")
    web = Web(work.user_agent, settings.wait_seconds)
    manners = Manners(settings.pause_seconds, settings.private_hosts)
    bounds = Bounds(settings.total_seconds, settings.most_bytes, settings.redirects, settings.private_hosts)
    try:
        retriever = Retriever(web, work.resolve or system_resolver(lookups), bounds, manners)
        yield _Fetcher(work, retriever, manners, desk)
    finally:
        await web.close()
        desk.shutdown(wait=True)
        lookups.shutdown(wait=False, cancel_futures=True)


class _Fetcher:
    """Fetches one source after another's turn; parsing and storing happen in the one thread of *desk*."""

    def __init__(self, work: Round, retriever: Retriever, manners: Manners, desk: ThreadPoolExecutor) -> None:
        self._work = work
        self._retriever = retriever
        self._manners = manners
        self._desk = desk
        self._places = asyncio.Semaphore(work.settings.connections)
        self._back_off = BackOff(*work.settings.waits)

    async def fetch(
        self, source: SourceSettings, stored: SourceHealth | None, on_done: Callable[[SourceReport], None]
    ) -> SourceReport:
        """Fetch *source*, of which *stored* is known."""
        health = known_health(stored, source.name, source.feed or "", self._work.clock())
        try:
            # A place is kept until all is stored, so that only so many bodies are in memory at once. It comes after the
            # host's turn: else all places would be taken by those who wait for one host.
            async with self._manners.turn(Target.parse(health.address).host), self._places:
                retrieved = await self._retriever.retrieve(
                    Wanted(health.address, health.etag, health.last_modified), self._work.clock()
                )
                report = await self._at_desk(self._take_down, source, health, retrieved)
        except NotFetchedError as error:
            report = await self._at_desk(self._record, self._failed(health, str(error), error))
        on_done(report)
        return report

    async def _at_desk(self, act: Callable[..., SourceReport], *arguments: object) -> SourceReport:
        return await asyncio.get_running_loop().run_in_executor(self._desk, act, *arguments)

    def _take_down(self, source: SourceSettings, health: SourceHealth, retrieved: Retrieved) -> SourceReport:
        now = self._work.clock()
        if retrieved.body is None:
            return self._record(_Read(after_no_change(health, now, retrieved.moved_to), (), SourceStatus.UNCHANGED))
        try:
            found = articles_of(
                parse_feed(retrieved.body, retrieved.url, retrieved.charset), source, retrieved.url, now
            )
            items = tuple(map(self._work.homes.admit, found))
        except RejectedError as error:
            return self._record(self._failed(health, str(error)))
        except Exception as error:  # noqa: BLE001 - what a parser did not foresee costs this feed alone, and is told
            fault = f"reading it failed, which is not its fault: {type(error).__name__}: {str(error)[:200]}"
            return self._record(self._failed(health, fault))
        newest = max((item.published for item in items if isinstance(item, Article)), default=None)
        read = after_reading(
            health,
            now,
            moved_to=retrieved.moved_to,
            etag=retrieved.etag,
            last_modified=retrieved.last_modified,
            newest_at=newest,
            entries=len(items),
            rejected=0,
        )
        return self._record(_Read(read, items))

    def _failed(self, health: SourceHealth, problem: str, error: NotFetchedError | None = None) -> _Read:
        now, asked = self._work.clock(), error.asked if error else None
        failed = after_failure(health, now, problem, self._back_off, self._work.chance(), asked)
        return _Read(failed, (), SourceStatus.FAILED)

    def _record(self, read: _Read) -> SourceReport:
        """Store the articles, and only then that they are: a crash between the two costs one more reading."""
        database = self._work.database
        stored = import_articles(database, read.items, self._work.clock)
        is_read = read.status is SourceStatus.READ
        health = replace(read.health, rejected=len(stored.rejected)) if is_read else read.health
        with database.writing() as session:
            record_healths(session, [health])
        return SourceReport.of(health, read.status, stored)


def waiting(sources: Sequence[SourceSettings], known: Mapping[str, SourceHealth], now: datetime) -> list[SourceHealth]:
    """Return the health of those of *sources* that failed and are to be left alone at *now*."""
    found = [known_health(known.get(source.name), source.name, source.feed or "", now) for source in sources]
    return [health for health in found if health.waits(now)]
