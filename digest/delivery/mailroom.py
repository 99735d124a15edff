"""The mailroom: between the ledger, which is asked a thousand readers at a time, and the wire, which asks for one.

Everything here happens in the event loop's thread and takes no time: what is to be written down is gathered for the
clerk, who writes it down in groups (`digest.delivery.clerk`).
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.delivery.chunk import ChunkSize
from digest.delivery.journal import Journal
from digest.delivery.ledger import Patience, some_jitter, verdict
from digest.delivery.letter import FRESH_SECONDS, Letter
from digest.delivery.message import CompiledEdition
from digest.delivery.outcome import Outcome
from digest.delivery.pacing import DomainPace
from digest.delivery.store import Attempted, Claim
from digest.delivery.unmakeable import outcome_of_unmakeable

# So many letters are written at a time: code that has just run is three times as fast as code that comes up again
# only after the wire has had its turn.
WRITTEN_AT_ONCE = 8
MANY_ANSWERS = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paperwork:
    """What the ledger has to hear: answers, and claims to be queued again with the instant they are due (UTC)."""

    answers: list[Attempted] = field(default_factory=list)
    leftovers: list[tuple[Claim, datetime]] = field(default_factory=list)


class Mailroom:
    """Hands out letters for one edition and gathers what became of them.

    *clock* gives the time in UTC. *chunk* learns how much is used. *soon* is the event loop's `call_soon`. `nudged` is
    set when the clerk has something to do.
    """

    def __init__(
        self,
        compiled: CompiledEdition,
        journal: Journal,
        clock: Callable[[], datetime],
        deadline: datetime,
        patience: Patience,
        pace: DomainPace,
        chunk: ChunkSize,
        soon: Callable[..., object],
    ) -> None:
        self.nudged = asyncio.Event()
        self.chunk = chunk
        self.is_wanted = False
        self._compiled = compiled
        self._journal = journal
        self._clock = clock
        self._deadline = deadline
        self._patience = patience
        self._pace = pace
        self._soon = soon
        self._stock: deque[tuple[Claim, float]] = deque()
        self._written: deque[Letter] = deque()
        self._out: set[Letter] = set()
        self._paperwork = Paperwork()
        self._being_recorded = Paperwork()
        self._is_closed = False
        self._awaits_lull = False

    # --- the wire's side

    def next_letter(self) -> Letter | None:
        """Return a letter to be begun now; None when there is none, or none is to be begun any more."""
        self._clear_stale(time.monotonic())
        while letter := self._next_written():
            if time.monotonic() >= letter.fresh_until:  # one that came back behind a fresher one
                self._paperwork.leftovers.append((letter.claim, self._clock()))
                continue
            self._out.add(letter)
            self.chunk.handed_out += 1
            if 2 * self._on_shelf <= self.chunk.size:
                self._want()
            self._watch_for_lull()
            return letter
        self.chunk.ran_dry(time.monotonic())
        self._want()
        return None

    def begins(self, letter: Letter) -> None:
        """Write down that *letter* may be out from now on.

        Raises:
            OSError: the journal can't be written; the letter must not go out.
        """
        self._journal.begins(letter.claim.reader.subscriber_id, letter.claim.attempt)
        letter.has_begun = True  # not before: one that could not be noted is returned, and handed out again

    def answered(self, letter: Letter, outcome: Outcome) -> None:
        """Take down what came of *letter*."""
        self._out.discard(letter)
        self._take_down(letter.claim, outcome)

    def returned(self, letter: Letter) -> None:
        """Take *letter* back: it was not begun, and nothing was said of its reader."""
        self._out.discard(letter)
        self._written.appendleft(letter)

    def _take_down(self, claim: Claim, outcome: Outcome) -> None:
        at = self._clock()
        try:
            self._journal.answered(claim.reader.subscriber_id, claim.attempt, outcome, at)
        except OSError as error:
            _log.error("the journal can't be written (%s); an answer is kept in memory", error)
        ruling = verdict(outcome, claim.attempt, at, self._deadline, self._patience, jitter=some_jitter())
        self._paperwork.answers.append(Attempted(claim, outcome, ruling, at))
        if len(self._paperwork.answers) >= MANY_ANSWERS:
            self.nudged.set()

    # --- the clerk's side

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is in hand, and nothing waits to be written down."""
        return not (self._on_shelf or self._out or self._paperwork.answers or self._paperwork.leftovers)

    @property
    def has_stock(self) -> bool:
        """Say whether there are claims that wait to be begun."""
        return bool(self._on_shelf)

    @property
    def in_hand(self) -> list[int]:
        """Return the subscribers whose claims are here, at whatever stage."""
        books = (self._paperwork, self._being_recorded)
        claims = [claim for claim, _ in self._stock] + [letter.claim for letter in (*self._written, *self._out)]
        claims += [attempted.claim for book in books for attempted in book.answers]
        claims += [claim for book in books for claim, _ in book.leftovers]
        return [claim.reader.subscriber_id for claim in claims]

    def stock_up(self, claims: list[Claim], read_at: float) -> None:
        """Put *claims* on the shelf; their readers' standing was read at *read_at* (monotonic)."""
        self._stock.extend((claim, read_at + FRESH_SECONDS) for claim in claims)
        self.is_wanted = False
        self.chunk.stocked(time.monotonic())

    def collect(self) -> Paperwork:
        """Give out what is to be written down; `filed` or `not_filed` must follow."""
        self._clear_stale(time.monotonic())
        self._being_recorded, self._paperwork = self._paperwork, Paperwork()
        return self._being_recorded

    def filed(self) -> None:
        """Hear that the ledger has what was collected."""
        self._being_recorded = Paperwork()
        if self._journal.is_large:
            try:
                self._roll_journal()
            except OSError as error:  # the former segment goes on
                _log.error("the journal can't be rolled, it grows: %s", error)

    def not_filed(self) -> None:
        """Take back what was collected: the ledger could not be written."""
        kept = self._being_recorded
        self._paperwork.answers[:0] = kept.answers
        self._paperwork.leftovers[:0] = kept.leftovers
        self._being_recorded = Paperwork()

    def close(self) -> None:
        """Hand out nothing any more; what was not begun goes back to the queue."""
        self._is_closed = True
        self._clear_stale(time.monotonic())
        self.nudged.set()

    def _roll_journal(self) -> None:
        begun = [letter.claim for letter in self._out if letter.has_begun]
        unrecorded = self._paperwork.answers
        self._journal.roll(
            [(claim.reader.subscriber_id, claim.attempt) for claim in begun],
            [(one.claim.reader.subscriber_id, one.claim.attempt, one.outcome, one.at) for one in unrecorded],
        )

    @property
    def _on_shelf(self) -> int:
        return len(self._stock) + len(self._written)

    @property
    def _oldest(self) -> float:
        """Return when the first thing on the shelf goes stale."""
        if self._written:
            return self._written[0].fresh_until
        return self._stock[0][1] if self._stock else math.inf

    def _next_written(self) -> Letter | None:
        if not self._written:
            self._write_letters()
        return self._written.popleft() if self._written else None

    def _watch_for_lull(self) -> None:
        """Have the next letters written while the wire waits, if half of those that were written are gone.

        Signing eight takes longer than a relay has work for. Not where the pace decides who is next: it may change.
        """
        if not (self._awaits_lull or self._pace.is_set) and 2 * len(self._written) <= WRITTEN_AT_ONCE:
            self._awaits_lull = True
            self._soon(self._write_in_lull, None)

    def _write_in_lull(self, handed_out: int | None) -> None:
        """Write letters if the wire has had its turn since *handed_out* were, and has asked for none."""
        if handed_out == self.chunk.handed_out:
            self._awaits_lull = False
            self._write_letters()
        else:
            self._soon(self._write_in_lull, self.chunk.handed_out)

    def _write_letters(self) -> None:
        """Write the next letters: one at a time where the pace decides which, for what is signed in vain costs dear."""
        at_once = 1 if self._pace.is_set else WRITTEN_AT_ONCE
        now = self._clock()
        while self._stock and len(self._written) < at_once:
            claim, fresh_until = self._stock.popleft()
            if wait := self._wait_for_domain(claim):
                self._paperwork.leftovers.append((claim, now + timedelta(seconds=wait)))
                continue
            try:
                self._written.append(Letter.write(claim, fresh_until, self._compiled, now))
            except Exception as error:  # noqa: BLE001 - logged there, and the outcome of this reader alone (law 10)
                self._take_down(claim, outcome_of_unmakeable(error))

    def _wait_for_domain(self, claim: Claim) -> float:
        """Return the seconds until a message to the reader's domain may begin; 0 for at once."""
        if not self._pace.is_set:
            return 0.0
        now = time.monotonic()
        return max(self._pace.slot(claim.reader.address.rpartition("@")[2], now) - now, 0.0)

    def _clear_stale(self, now: float) -> None:
        """Put with what goes back what nobody asked for in time, or all when we are closed."""
        if now >= self._oldest:
            self.chunk.went_stale()
        elif not self._is_closed:
            return
        while self._written and (self._is_closed or now >= self._written[0].fresh_until):
            self._paperwork.leftovers.append((self._written.popleft().claim, self._clock()))
        while self._stock and (self._is_closed or now >= self._stock[0][1]):
            self._paperwork.leftovers.append((self._stock.popleft()[0], self._clock()))

    def _want(self) -> None:
        if not (self._is_closed or self.is_wanted):  # what was asked for already may be being claimed just now
            self.is_wanted = True
            self.nudged.set()
