"""The clock: wakes at every beat, asks the database what is due, and sends for it to be done.

It has a thread and an event loop of its own. Work is done in processes of their own (`digest.clock.errand`); what a
dead one leaves undone is due again at the next beat.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from digest.clock.agenda import Agenda, DueEdition, agenda
from digest.clock.errand import Report
from digest.clock.errands import FAREWELL_SECONDS, Errands
from digest.clock.lease import Lease
from digest.clock.recording import record_absence
from digest.clock.rows import meet_newsletters, read_rows
from digest.clock.work import Office, first_line, read_feeds, rehearse_edition, send_edition
from digest.database import Database
from digest.delivery.outlets import outlets_of
from digest.editions.due import Act
from digest.logs import speaking_of
from digest.schedule import beating
from digest.settings import Settings

# The heartbeat counts by the wall clock; set back by an hour, that would be silent for an hour.
SILENCE_SECONDS = 30.0
FEEDS = "feeds"
_RECORDED = (Act.SKIP, Act.MISS)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, and how patient to be.

    A holder of the lease is taken for dead after `patience_seconds` of silence. An errand that failed is tried again
    after `retry_seconds`, for an editor may approve meanwhile, or a story come late; closing an edition past its
    deadline after `settle_seconds`, for that waits for a person. `grace_seconds` is for finishing at the end.
    """

    beat_seconds: float = 5.0
    patience_seconds: float = 30.0
    retry_seconds: float = 60.0
    settle_seconds: float = 3_600.0
    grace_seconds: float = 75.0  # longer than a relay may take to answer, shorter than systemd's patience


@contextmanager
def clock_running(
    settings: Settings,
    database: Database,
    now: Callable[[], datetime],
    tell: Callable[[str], object],
    pace: Pace = Pace(),
) -> Iterator[Callable[[], float]]:
    """Send each edition at its time and read the feeds, while the block lasts and no other clock does it.

    *now* gives the time in UTC, and is a plain function that can be handed to another process. *tell* hears what went
    well; what did not is logged as an error. At the end what is under way gets the grace of *pace* to finish what it
    has begun; the rest stays due. Gives a function that says for how many seconds it has not looked what is due.

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them (law 12), or a key of
            `[dkim]` can't be used.
    """
    outlets_of(settings)
    clock = Clock(Office(settings, now), database, tell, pace)
    thread = threading.Thread(target=asyncio.run, args=(clock.run(),), name="clock", daemon=True)
    thread.start()
    try:
        yield clock.silence
    finally:
        clock.stop()
        thread.join(pace.grace_seconds + 2 * FAREWELL_SECONDS)
        if thread.is_alive():
            _log.error("the clock did not stop in time: what is under way is sorted out by the next one")


class Clock:
    """Does at every beat what is due, until it is stopped; see `clock_running`."""

    def __init__(self, office: Office, database: Database, tell: Callable[[str], object], pace: Pace) -> None:
        self._office = office
        self._database = database
        self._tell = tell
        self._pace = pace
        self._errands = Errands(self._hear)
        self._words: dict[str, str] = {}
        self._bidden = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stopped = False
        self._lease = Lease(database, office.clock, pace.patience_seconds)
        self._acting_since: datetime | None = None
        self._looked_at = time.monotonic()

    def silence(self) -> float:
        """Return for how many seconds it has not found out what is due; from any thread."""
        return time.monotonic() - self._looked_at

    def stop(self) -> None:
        """Begin nothing more, and let what is under way finish what it has begun; from any thread."""
        self._is_stopped = True
        if self._loop:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._bidden.set)

    async def run(self) -> None:
        """Do what is due at every beat, until `stop`."""
        self._loop = asyncio.get_running_loop()
        with beating(self._pace.beat_seconds, self._bidden.set):
            while not self._is_stopped:
                self._bidden.clear()
                await self._attend()
                with suppress(TimeoutError):
                    async with asyncio.timeout(SILENCE_SECONDS):
                        await self._bidden.wait()
        await self._errands.recall(self._pace.grace_seconds)
        try:
            await asyncio.to_thread(self._lease.release)
        except DBAPIError as error:
            self._complain("the clock", error)

    # --- inside

    async def _attend(self) -> None:
        """Look what is due, and see to it, if it is ours to do."""
        now = self._office.clock()
        try:
            due = await self._look(now)
        except Exception as error:  # noqa: BLE001 - a loop that must go on, as long as the pages are served
            self._complain("the clock", error)
            return
        self._looked_at = time.monotonic()
        self._words.pop("the clock", None)
        for edition in due.editions:
            with speaking_of(edition.newsletter, edition.local_date):
                await self._see_to(edition, now)
        if due.sources:
            self._errands.begin(FEEDS, self._pace.retry_seconds, read_feeds, self._office, due.sources)

    async def _look(self, now: datetime) -> Agenda:
        """Return what is due, which for one who does not hold the lease is nothing."""
        if not await asyncio.to_thread(self._lease.keep):
            self._acting_since = None
            self._errands.stop()
            return Agenda((), ())
        if self._acting_since is None:
            await asyncio.to_thread(meet_newsletters, self._database, self._office.settings, now)
            self._acting_since = now
        rows = await asyncio.to_thread(read_rows, self._database, self._office.settings, now)
        return agenda(self._office.settings, rows, now, self._acting_since)

    async def _see_to(self, due: DueEdition, now: datetime) -> None:
        name = str(due)
        try:
            if due.act in _RECORDED:
                await self._record(due, now)
                return
            pause = self._pace.settle_seconds if due.act is Act.SETTLE else self._pace.retry_seconds
            work = rehearse_edition if due.act is Act.REHEARSE else send_edition
            self._errands.begin(due.errand, pause, work, self._office, due.newsletter, due.local_date)
        except Exception as error:  # noqa: BLE001 - one newsletter's trouble must not cost another its morning (law 10)
            self._complain(name, error)

    async def _record(self, due: DueEdition, now: datetime) -> None:
        tried = self._words.get(str(due))
        recorded = await asyncio.to_thread(record_absence, self._database, self._office.settings, due, tried, now)
        if recorded.is_published:  # somebody did it in the moment since we looked
            return
        words = f"{due}: {recorded.status}, {recorded.reason}; its stories wait for the next edition"
        if due.act is Act.MISS:
            _log.error("%s", words)
        else:
            self._tell(words)

    def _hear(self, name: str, report: Report) -> None:
        """Tell what an errand came to; the same again and again only once."""
        self._bidden.set()
        if self._is_stopped and not report.is_done:
            self._tell(f"{name}: stopped; {report.words}")
            return
        before = self._words.get(name)
        self._words[name] = report.words
        if report.words == (before or ""):
            return
        if report.is_well:
            self._tell(f"{name}: {report.words or 'all were read again'}")
        else:
            _log.error("%s: %s", name, report.words)

    def _complain(self, of_whom: str, error: Exception) -> None:
        is_known = isinstance(error, DBAPIError)
        words = f"the database failed: {first_line(error)}" if isinstance(error, DBAPIError) else repr(error)
        if self._words.get(of_whom) != words:
            self._words[of_whom] = words
            _log.error("%s: %s", of_whom, words, exc_info=None if is_known else error)
