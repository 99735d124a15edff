"""The pulse of a sender: its heart beats in the database, and its caller hears how far it is."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from digest.database import Database
from digest.delivery import store
from digest.delivery.ledger import Closing
from digest.editions.edition import Edition

BEAT_SECONDS = 5.0  # well within store.DEAD_AFTER
PROGRESS_SECONDS = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SenderName:
    """Who claims: a number that no other process has, and the machine's name for people."""

    id: str
    host: str


class Pulse:
    """Beats for one sender of one edition while it works. *clock* gives the time in UTC."""

    def __init__(
        self,
        database: Database,
        edition: Edition,
        sender: SenderName,
        clock: Callable[[], datetime],
        on_progress: Callable[[Closing], None],
    ) -> None:
        self._database = database
        self._edition = edition
        self._sender = sender
        self._clock = clock
        self._on_progress = on_progress

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Sign the sender on, and beat until the block ends."""
        await asyncio.to_thread(self._beat)
        tasks = [
            asyncio.create_task(self._every(BEAT_SECONDS, self._beat)),
            asyncio.create_task(self._every(PROGRESS_SECONDS, self._show)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _every(self, seconds: float, act: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await asyncio.to_thread(act)
            except Exception:  # noqa: BLE001 - a missed beat or a broken terminal must not end the sending
                _log.warning("the pulse of %s missed a beat", self._sender.host, exc_info=True)

    def _beat(self) -> None:
        with self._database.writing() as session:
            store.beat(session, self._sender.id, self._sender.host, self._clock())

    def _show(self) -> None:
        with self._database.reading() as session:
            sums = store.closing(session, self._edition)
        self._on_progress(sums)
