"""The pulse of a sender: its heart beats in the database, and its caller hears how far it is."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.database import Database
from digest.delivery import store
from digest.delivery.ledger import Closing
from digest.editions.edition import Edition

BEAT_SECONDS = 5.0  # well within store.DEAD_AFTER
PROGRESS_SECONDS = 0.5
# Counting a large ledger takes a while: it may take so much of the time, and no more.
COUNTING_SHARE = 0.05
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SenderName:
    """Who claims: a number that no other process has, and the machine's name for people."""

    id: str
    host: str


@dataclass(frozen=True, slots=True)
class RelayReport:
    """Why relays are left alone, by their names, and which of the others have taken a message."""

    troubles: Mapping[str, str]
    well: Collection[str]


class Pulse:
    """Beats for one sender of one edition while it works. *clock* gives the time in UTC.

    At each beat, and at the end, it also writes down how the *relays* are, for the watchdog.
    """

    def __init__(
        self,
        database: Database,
        edition: Edition,
        sender: SenderName,
        clock: Callable[[], datetime],
        on_progress: Callable[[Closing], None] | None,
        relays: Callable[[], "RelayReport"],
    ) -> None:
        self._database = database
        self._edition = edition
        self._sender = sender
        self._clock = clock
        self._on_progress = on_progress
        self._relays = relays

    async def sign_on(self) -> None:
        """Let the heart beat for the first time: whoever claims must be known to live.

        Raises:
            DBAPIError: the ledger can't be used.
        """
        await asyncio.to_thread(self._beat)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beat until the block ends; the sender has signed on before."""
        tasks = [asyncio.create_task(self._every(BEAT_SECONDS, self._beat))]
        if self._on_progress:
            tasks.append(asyncio.create_task(self._every(PROGRESS_SECONDS, partial(self._show, self._on_progress))))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await self._try(self._beat)

    async def _every(self, seconds: float, act: Callable[[], None]) -> None:
        pause = seconds
        while True:
            await asyncio.sleep(pause)
            began = time.monotonic()
            await self._try(act)
            pause = max(seconds, (time.monotonic() - began) / COUNTING_SHARE)

    async def _try(self, act: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(act)
        except Exception as error:  # noqa: BLE001 - a missed beat or a broken terminal must not end the sending
            _log.warning("the pulse of %s missed a beat: %s", self._sender.host, str(error).partition("\n")[0])

    def _beat(self) -> None:
        now, relays = self._clock(), self._relays()
        with self._database.writing() as session:
            store.beat(session, self._sender.id, self._sender.host, now)
            store.record_relays(session, relays.troubles, relays.well, now)

    def _show(self, on_progress: Callable[[Closing], None]) -> None:
        with self._database.reading() as session:
            sums = store.closing(session, self._edition)
        on_progress(sums)
