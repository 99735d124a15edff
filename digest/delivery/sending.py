"""The sending loop: claim, deliver, record, until the edition is settled or its deadline comes.

The wire asks the mailroom for one letter after another and never waits for the database; the clerk, which is this
loop, writes down what was answered and claims what comes next, a group at a time, in one transaction in a thread.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from digest.database import Database
from digest.delivery import store
from digest.delivery.chunk import ChunkSize
from digest.delivery.clerk import Clerk
from digest.delivery.journal import Journal
from digest.delivery.lanes import Lanes
from digest.delivery.ledger import Closing, Patience
from digest.delivery.mailroom import Mailroom
from digest.delivery.message import CompiledEdition
from digest.delivery.outlets import Outlet
from digest.delivery.pacing import DomainPace
from digest.delivery.pulse import Pulse, RelayReport, SenderName
from digest.delivery.recovery import mark_of, sort_out_the_dead
from digest.editions.edition import Edition

GROUP_SECONDS = 0.2  # answers wait at most this long to be written down together
LONGEST_NAP = timedelta(seconds=1)
REST_AFTER = timedelta(seconds=5)  # relays cut idle connections; we say goodbye first
SORTING_OUT_SECONDS = 5.0
LULL = timedelta(minutes=5)  # so long nothing is due between two waves, or deferred


@dataclass(frozen=True, slots=True)
class Terms:
    """How long to go on, and how patiently.

    `wait` False ends the run when nothing is due at once, or no relay is well; `between_waves` False when nothing is
    due soon, for readers who live further west wake hours later. *journals* is the folder of the journals, *pace* what
    each recipient domain is spared.
    """

    deadline: datetime
    patience: Patience
    journals: Path
    pace: DomainPace
    wait: bool = True
    between_waves: bool = True


class SendingLoop:
    """Delivers one published edition through one or more relays.

    *clock* gives the time in UTC. *on_progress* hears the closing equation now and then.
    """

    def __init__(
        self,
        database: Database,
        outlets: list[Outlet],
        edition: Edition,
        compiled: CompiledEdition,
        sender: SenderName,
        terms: Terms,
        clock: Callable[[], datetime],
        on_progress: Callable[[Closing], None] | None = None,
    ) -> None:
        self._database = database
        self._edition = edition
        self._sender = sender
        self._terms = terms
        self._clock = clock
        self._pulse = Pulse(database, edition, sender, clock, on_progress, self._report_relays)
        connections = sum(outlet.connections for outlet in outlets)
        self._journal = Journal.open(terms.journals, sender.id, edition.id, mark_of(database), clock())
        chunk, soon = ChunkSize(2 * connections), asyncio.get_running_loop().call_soon
        self._mailroom = Mailroom(
            compiled, self._journal, clock, terms.deadline, terms.patience, terms.pace, chunk, soon
        )
        self._clerk = Clerk(database, edition, sender.id, self._mailroom, clock)
        self._lanes = [
            Lanes(outlet.relay, outlet.connections, self._mailroom, stands_by=outlet.stands_by) for outlet in outlets
        ]
        self._mailroom.nudged.set()  # there is the queue to look into
        self._is_stopped = False
        self._is_done = False
        self._look_at = 0.0
        self._sort_out_at = 0.0

    def stop(self) -> None:
        """Finish what is in hand and claim no more."""
        self._is_stopped = True
        self._mailroom.close()

    async def run(self) -> Closing:
        """Deliver until all is settled, the deadline comes, or `stop` is called; return the equation.

        Raises:
            DBAPIError: at the end the ledger could not be written for a minute; the journal has kept the rest.
        """
        try:
            await self._clerk.patiently(self._pulse.sign_on)
            async with self._pulse.beating():
                async with AsyncExitStack() as stack:
                    for lanes in self._lanes:
                        await stack.enter_async_context(lanes.kept())
                    while not self._is_done and self._may_claim():
                        await self._round()
                    self._mailroom.close()
                    for lanes in self._lanes:
                        lanes.rest()
                await self._clerk.file_the_last()
        except BaseException:
            self._journal.leave()
            raise
        self._journal.close()
        return await self.settle()

    async def settle(self) -> Closing:
        """Sort out the dead, give up what is past its deadline, and close the edition where nothing is open.

        Raises:
            DBAPIError: the ledger could not be used for a minute.
        """
        return await self._clerk.patiently(lambda: asyncio.to_thread(self._settle))

    async def _round(self) -> None:
        """Wait for paperwork and do it; look after the dead, and into the queue, where it is time to."""
        # Not wait_for: it may swallow a cancellation that comes with the nudge.
        with suppress(TimeoutError):
            async with asyncio.timeout(GROUP_SECONDS):
                await self._mailroom.nudged.wait()
        self._mailroom.nudged.clear()
        try:
            await self._file_and_claim()
            if time.monotonic() >= self._sort_out_at:
                self._sort_out_at = time.monotonic() + SORTING_OUT_SECONDS
                await asyncio.to_thread(self._sort_out_the_dead)
            if time.monotonic() >= self._look_at and not self._mailroom.is_wanted:
                await self._look_for_work()
        except DBAPIError as error:
            await self._clerk.bear_with(error)

    async def _file_and_claim(self) -> None:
        most = self._mailroom.chunk.size if self._mailroom.is_wanted and self._may_claim() else 0
        claimed = await self._clerk.file_and_claim(most)
        if claimed:
            self._direct_lanes()
        elif claimed == 0:
            self._look_at = 0.0

    async def _look_for_work(self) -> None:
        """Ask the ledger what is due; let the lanes work, or rest, or end the run."""
        standing = await asyncio.to_thread(self._read_queue)
        now = self._clock()
        self._look_at = time.monotonic() + self._nap(standing, now)
        if standing.next_due is not None and standing.next_due <= now:
            self._direct_lanes()
            self._is_done = not self._terms.wait and self._mailroom.is_empty and self._nobody_is_well
            return
        is_settled = standing.next_due is None and standing.claimed == 0
        is_lull = not standing.claimed and standing.next_due is not None and standing.next_due > now + LULL
        leaves = not self._terms.wait or (is_lull and not self._terms.between_waves)
        self._is_done = self._mailroom.is_empty and (is_settled or leaves)
        if not self._mailroom.has_stock and (standing.next_due is None or standing.next_due > now + REST_AFTER):
            for lanes in self._lanes:
                lanes.rest()

    def _nap(self, standing: store.Queue, now: datetime) -> float:
        """Return the seconds until there may be something new to see."""
        if self._mailroom.has_stock:  # there is enough to do
            return LONGEST_NAP.total_seconds()
        if standing.next_due is None or not self._mailroom.is_empty:
            return GROUP_SECONDS
        return max(min(standing.next_due - now, LONGEST_NAP).total_seconds(), GROUP_SECONDS)

    def _direct_lanes(self) -> None:
        """Let every relay work; those that stand by only while all others are away."""
        others_are_away = all(lanes.trouble for lanes in self._lanes if not lanes.stands_by)
        for lanes in self._lanes:
            if lanes.stands_by and not others_are_away:
                lanes.rest()
            else:
                lanes.resume()

    @property
    def _nobody_is_well(self) -> bool:
        return all(lanes.trouble for lanes in self._lanes)

    def _report_relays(self) -> RelayReport:
        return RelayReport(
            {lanes.relay_name: lanes.trouble for lanes in self._lanes if lanes.trouble},
            [lanes.relay_name for lanes in self._lanes if lanes.has_proved_well],
        )

    def _may_claim(self) -> bool:
        return not self._is_stopped and self._clock() < self._terms.deadline

    def _sort_out_the_dead(self) -> None:
        now = self._clock()
        sort_out_the_dead(self._database, self._edition, self._terms.journals, self._terms.patience, now)
        with self._database.writing() as session:
            store.give_up_queue(session, self._edition, now)

    def _settle(self) -> Closing:
        return settle_edition(self._database, self._edition, self._terms, self._clock())

    def _read_queue(self) -> store.Queue:
        with self._database.reading() as session:
            return store.queue(session, self._edition)


def settle_edition(database: Database, edition: Edition, terms: Terms, now: datetime) -> Closing:
    """Sort out what the dead had in hand, give up what is past its deadline, and close an edition with nothing open."""
    sort_out_the_dead(database, edition, terms.journals, terms.patience, now)
    with database.writing() as session:
        store.give_up_queue(session, edition, now)
        return store.settle(session, edition, now)
