"""The sending loop: claim, deliver, record, until the edition is settled or its deadline comes.

Every lane is one connection to the relay. It claims one reader at a time, so that a killed process leaves at
most one unknown delivery per connection (law 6). No database session is open while a message is on its way.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from digest.database import Database
from digest.delivery import store
from digest.delivery.ledger import Closing, Patience, some_jitter, verdict
from digest.delivery.message import CompiledEdition
from digest.delivery.outcome import Outcome
from digest.delivery.pulse import Pulse, SenderName
from digest.delivery.relay import Envelope, Relay, RelaySession, RelayUnavailableError
from digest.editions.edition import Edition

LONGEST_NAP = timedelta(seconds=1)
CLAIMED_AT_ONCE = 1
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long to go on, and how patiently. `wait` False ends the run when nothing is due at once."""

    deadline: datetime
    patience: Patience
    connections: int
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Attempted:
    """A claim, what delivering it came to, and when (UTC)."""

    claim: store.Claim
    outcome: Outcome
    at: datetime


class SendingLoop:
    """Delivers one published edition through one relay.

    *clock* gives the time in UTC. *on_progress* hears the closing equation now and then.
    """

    def __init__(
        self,
        database: Database,
        relay: Relay,
        edition: Edition,
        compiled: CompiledEdition,
        sender: SenderName,
        terms: Terms,
        clock: Callable[[], datetime],
        on_progress: Callable[[Closing], None] = lambda _closing: None,
    ) -> None:
        self._database = database
        self._relay = relay
        self._edition = edition
        self._compiled = compiled
        self._sender = sender
        self._terms = terms
        self._clock = clock
        self._pulse = Pulse(database, edition, sender, clock, on_progress)
        self._stopping = asyncio.Event()
        # SQLite has one writer; lanes of one process take turns here instead of polling its lock.
        self._turn = asyncio.Lock()

    def stop(self) -> None:
        """Finish what is in hand and claim no more."""
        self._stopping.set()

    async def run(self) -> Closing:
        """Deliver until all is settled, the deadline comes, or `stop` is called; return the equation.

        Raises:
            RelayUnavailableError: no lane could get, or get back, a session; what was not sent is queued.
        """
        async with self._pulse.beating():
            while self._may_claim():
                await self._write(self._mark_abandoned)
                await self._drain()
                if not await self._worth_waiting(await self._queue()):
                    break
            return await self._write(self._settle)

    async def _drain(self) -> None:
        """Run the lanes until nothing is due."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(self._terms.connections)]
        ends = await asyncio.gather(*lanes, return_exceptions=True)
        failures = [end for end in ends if isinstance(end, BaseException)]
        for failure in failures:
            if not isinstance(failure, RelayUnavailableError):
                raise failure
        if len(failures) == len(ends):
            raise failures[0]
        if failures:
            _log.warning("%d of %d connections could not be had: %s", len(failures), len(ends), failures[0])

    async def _lane(self) -> None:
        while await self._is_anything_due():
            async with self._relay.session() as session:
                claims = await self._next_claims([])
                while claims:
                    attempts = [await self._attempt(session, claim) for claim in claims]
                    claims = await self._next_claims(attempts, goes_on=session.is_alive)

    async def _next_claims(self, attempts: Sequence[Attempted], *, goes_on: bool = True) -> list[store.Claim]:
        """Record *attempts* and claim what comes next: one transaction, two where the pace lies between."""
        if not self._relay.is_paced:
            return await self._write(partial(self._record_and_claim, attempts, goes_on=goes_on))
        await self._write(partial(self._record_and_claim, attempts, goes_on=False))
        await self._wait_turn()
        return await self._write(partial(self._record_and_claim, [], goes_on=goes_on))

    async def _wait_turn(self) -> None:
        """Wait for the pace, or for being stopped."""
        waits = {asyncio.create_task(self._relay.wait_turn()), asyncio.create_task(self._stopping.wait())}
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()

    async def _attempt(self, session: RelaySession, claim: store.Claim) -> Attempted:
        envelope = Envelope(self._compiled.sender_for(claim.reader), claim.reader.address)
        try:
            outcome = await session.deliver(envelope, self._compiled.message_for(claim.reader, self._clock()))
        except RelayUnavailableError:
            await self._write(partial(self._give_back, claim))
            raise
        return Attempted(claim, outcome, self._clock())

    async def _is_anything_due(self) -> bool:
        if not self._may_claim():
            return False
        standing = await self._queue()
        return standing.next_due is not None and standing.next_due <= self._clock()

    def _may_claim(self) -> bool:
        return not self._stopping.is_set() and self._clock() < self._terms.deadline

    async def _worth_waiting(self, standing: store.Queue) -> bool:
        """Nap while something is open and we may wait for it; say whether to look again."""
        if standing.next_due is None and standing.claimed == 0:
            return False
        if not self._terms.wait:
            return False
        until_due = standing.next_due - self._clock() if standing.next_due else LONGEST_NAP
        nap = max(timedelta(0), min(until_due, LONGEST_NAP))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), nap.total_seconds())
        return True

    def _record_and_claim(self, attempts: Sequence[Attempted], session: Session, *, goes_on: bool) -> list[store.Claim]:
        for attempt in attempts:
            ruling = verdict(
                attempt.outcome,
                attempt.claim.attempt,
                attempt.at,
                self._terms.deadline,
                self._terms.patience,
                jitter=some_jitter(),
            )
            store.record(session, self._edition, self._sender.id, attempt.claim, attempt.outcome, ruling, attempt.at)
        if not goes_on or not self._may_claim():
            return []
        return store.claim(session, self._edition, self._sender.id, self._clock(), most=CLAIMED_AT_ONCE)

    def _give_back(self, claim: store.Claim, session: Session) -> None:
        store.give_back(session, self._edition, self._sender.id, claim, self._clock())

    def _mark_abandoned(self, session: Session) -> None:
        store.mark_abandoned(session, self._edition, self._clock())

    def _settle(self, session: Session) -> Closing:
        now = self._clock()
        store.mark_abandoned(session, self._edition, now)
        store.give_up_queue(session, self._edition, now)
        return store.settle(session, self._edition, now)

    async def _queue(self) -> store.Queue:
        return await asyncio.to_thread(self._read_queue)

    def _read_queue(self) -> store.Queue:
        with self._database.reading() as session:
            return store.queue(session, self._edition)

    async def _write(self, act: Callable[[Session], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(self._in_transaction, act)

    def _in_transaction(self, act: Callable[[Session], T]) -> T:
        with self._database.writing() as session:
            return act(session)
