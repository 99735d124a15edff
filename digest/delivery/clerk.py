"""The clerk: writes down what was answered and claims what comes next, a group at a time, in one transaction."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from digest.database import Database
from digest.delivery import store
from digest.delivery.letter import FRESH_SECONDS
from digest.delivery.mailroom import Mailroom, Paperwork
from digest.editions.edition import Edition

RETRY_SECONDS = 1.0
LAST_WORDS_SECONDS = 60.0
T = TypeVar("T")
_log = logging.getLogger(__name__)


class Clerk:
    """Keeps one sender's ledger of one edition; the transactions are made in threads. *clock* gives the time in UTC."""

    def __init__(
        self, database: Database, edition: Edition, sender: str, mailroom: Mailroom, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._edition = edition
        self._sender = sender
        self._mailroom = mailroom
        self._clock = clock
        self._has_failed = False

    async def file_and_claim(self, most: int) -> int | None:
        """Write down what there is and claim up to *most*; return how many were claimed, None when none were asked for.

        Raises:
            DBAPIError: the ledger could not be written; the mailroom keeps what was to be written down.
        """
        paperwork = self._mailroom.collect()
        if not (most or paperwork.answers or paperwork.leftovers or self._has_failed):
            return None
        strays = self._mailroom.in_hand if self._has_failed else None
        try:
            claims, read_at = await asyncio.to_thread(self._transact, paperwork, most, strays)
        except DBAPIError:
            self._has_failed = True
            self._mailroom.not_filed()
            raise
        self._has_failed = False
        self._mailroom.filed()
        if not most:
            return None
        self._mailroom.stock_up(claims, read_at)
        if time.monotonic() - read_at >= FRESH_SECONDS:
            _log.warning("a claim took the database %.1f s: too long for any of it to be sent", FRESH_SECONDS)
        return len(claims)

    async def file_the_last(self) -> None:
        """Write down what is left, and give back what was not begun.

        Raises:
            DBAPIError: the ledger could not be written for a minute.
        """
        while self._has_failed or not self._mailroom.is_empty:
            await self.patiently(lambda: self.file_and_claim(0))

    async def patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Return what *act* gives; bear with a ledger that can't be used, for a minute.

        Raises:
            DBAPIError: it could not be used for a minute.
        """
        give_up_at = time.monotonic() + LAST_WORDS_SECONDS
        while True:
            try:
                return await act()
            except DBAPIError as error:
                if time.monotonic() >= give_up_at:
                    raise
                await self.bear_with(error)

    async def bear_with(self, error: DBAPIError) -> None:
        """Say that the ledger can't be used, and wait a little; the journal knows what was sent."""
        _log.error("the ledger can't be used just now, the journal keeps what is sent: %s", _first_line(error))
        await asyncio.sleep(RETRY_SECONDS)

    def _transact(self, paperwork: Paperwork, most: int, in_hand: list[int] | None) -> tuple[list[store.Claim], float]:
        edition, sender = self._edition, self._sender
        with self._database.writing() as session:
            session.connection()  # on SQLite this takes the lock: nobody can leave from here on until we commit
            read_at = time.monotonic()
            now = self._clock()
            store.record(session, edition, sender, paperwork.answers)
            store.give_back(session, edition, sender, paperwork.leftovers, now)
            if in_hand is not None:  # a commit that failed may have been done all the same, and have claimed
                store.give_back_strays(session, edition, sender, in_hand, now)
            return store.claim(session, edition, sender, now, most) if most else [], read_at


def _first_line(error: DBAPIError) -> str:
    # Further ones quote rows on PostgreSQL, and with them readers' addresses.
    return str(error.orig).partition("\n")[0]
