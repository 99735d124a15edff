"""The watchdog: looks again and again for what is wrong, and tells each thing once, and once more when it is over.

Every `digest serve` has one, in a thread of its own, whether or not it sends editions: so one process tells of the
death of another. What was told is a row, so many may look at once.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from digest.alerts import store
from digest.alerts.canary import CanaryError
from digest.alerts.canary_watch import look_for_canary
from digest.alerts.facts_store import read_facts
from digest.alerts.finding import Code
from digest.alerts.findings import findings
from digest.alerts.heart import Heart
from digest.alerts.store import Change
from digest.alerts.success import successes
from digest.alerts.telling import SWITCH, channels_of, tell_due
from digest.alerts.wording import line_of
from digest.clock.lease_store import sign_of_holder
from digest.clock.rows import meet_newsletters
from digest.clock.work import first_line
from digest.database import Database
from digest.schedule import beating
from digest.settings import Settings

LOOK_SECONDS = 20.0
CANARY_SECONDS = 60.0
FAREWELL_SECONDS = 5.0
_log = logging.getLogger(__name__)


def look(database: Database, settings: Settings, now: datetime, heart: Heart | None = None) -> Change:
    """Find what is wrong at *now* (UTC), and write down what is to be told of it.

    Without a *heart* that has watched for a while nothing is said of the clock's.

    Raises:
        DBAPIError: the database can't be used.
    """
    meet_newsletters(database, settings, now)
    with database.reading() as session:
        beats = heart.beats(sign_of_holder(session), time.monotonic()) if heart else None
        facts = read_facts(session, settings, now, clock_is_dead=beats is False)
        found = findings(settings, facts, now)
        judged = set(Code) - ({Code.NO_HEARTBEAT} if beats is None else set())
        well = store.not_yet_noted(session, SWITCH, successes(settings, facts, now))
        if not well and not store.would_change(session, found, judged):
            return store.NO_CHANGE  # mostly so, and then nobody has to wait for the write lock
    with database.writing() as session:
        store.notify_well(session, SWITCH, well, now)
        return store.reconcile(session, found, judged, channels_of(settings), now)


@contextmanager
def watchdog_running(
    settings: Settings, database: Database, now: Callable[[], datetime], look_seconds: float = LOOK_SECONDS
) -> Iterator[None]:
    """Look for what is wrong, and tell it, every *look_seconds* while the block lasts. *now* gives the time in UTC."""
    dog = Watchdog(settings, database, now, look_seconds)
    thread = threading.Thread(target=asyncio.run, args=(dog.run(),), name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        dog.stop()
        thread.join(FAREWELL_SECONDS)


class Watchdog:
    """Looks and tells until it is stopped; see `watchdog_running`."""

    def __init__(
        self, settings: Settings, database: Database, now: Callable[[], datetime], look_seconds: float
    ) -> None:
        self._settings = settings
        self._database = database
        self._now = now
        self._look_seconds = look_seconds
        self._heart = Heart()
        self._bidden = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._trouble = ""
        self._is_stopped = False
        self._canary_at = 0.0

    def stop(self) -> None:
        """End, even in the middle of telling: what was not told is told by the next one. From any thread."""
        self._is_stopped = True
        if self._loop and self._task:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def run(self) -> None:
        """Look and tell, until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._watch())
        if self._is_stopped:  # before it had begun
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        with beating(self._look_seconds, self._bidden.set):
            while True:
                self._bidden.clear()
                await self._attend()
                with suppress(TimeoutError):
                    async with asyncio.timeout(2 * self._look_seconds):  # the beat counts by the wall clock
                        await self._bidden.wait()

    async def _attend(self) -> None:
        trouble = ""
        try:
            trouble = await self._look_for_canary()
            say(await asyncio.to_thread(look, self._database, self._settings, self._now(), self._heart))
            await tell_due(self._database, self._settings, self._now)
        except DBAPIError as error:
            trouble = f"the database failed: {first_line(error)}"
        except Exception as error:  # noqa: BLE001 - a loop that must go on, or nobody hears of the next trouble
            trouble = repr(error)
        if trouble and trouble != self._trouble:
            _log.error("the watchdog could not look: %s", trouble)
        self._trouble = trouble

    async def _look_for_canary(self) -> str:
        """Look into the canary's mailbox, not too often; return what was in the way."""
        if time.monotonic() < self._canary_at:
            return self._trouble
        self._canary_at = time.monotonic() + CANARY_SECONDS
        try:
            await asyncio.to_thread(look_for_canary, self._database, self._settings, self._now())
        except CanaryError as error:
            return f"the canary's mailbox: {error}"
        return ""


def say(change: Change) -> None:
    """Log what opened and what is over."""
    for alert in change.opened:
        _log.error("alert %s: %s", alert.finding.code, alert.finding.words)
    for alert in change.over:
        _log.warning("%s", line_of(alert, is_over=True))
