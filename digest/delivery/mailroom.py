"""The mailroom: between the ledger, which is asked a thousand readers at a time, and the wire, which asks for one.

Everything here happens in the event loop's thread and takes no time: what is to be written down is gathered for the
clerk, who writes it down in groups (`digest.delivery.clerk`).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.delivery.chunk import ChunkSize
from digest.delivery.dot_stuffing import Dotless
from digest.delivery.journal import Journal
from digest.delivery.ledger import Patience, some_jitter, verdict
from digest.delivery.message import CompiledEdition
from digest.delivery.outcome import Outcome
from digest.delivery.pacing import DomainPace
from digest.delivery.relay import Envelope
from digest.delivery.store import Attempted, Claim
from digest.delivery.unmakeable import outcome_of_unmakeable

# A claim may be handed out this long after its transaction read the reader's standing; then it is claimed anew, and so
# it is when a slow relay that takes one command at a time has not come to DATA after the second span (law 5).
FRESH_SECONDS = 0.5
STILL_FRESH_SECONDS = 4.0
MANY_ANSWERS = 1000
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Letter:
    """One reader's copy on its way: what the wire carries for a claim. Its bytes are made when they are needed."""

    claim: Claim
    envelope: Envelope
    fresh_until: float
    _compiled: CompiledEdition
    _clock: Callable[[], datetime]
    has_begun: bool = False

    @property
    def is_fresh(self) -> bool:
        """Say whether DATA may still be said: its reader's standing was read lately (law 5)."""
        return time.monotonic() < self.fresh_until + STILL_FRESH_SECONDS - FRESH_SECONDS

    def content(self) -> Dotless:
        """Return the wire bytes, dated now; no line of a compiled message begins with a dot."""
        return Dotless(self._compiled.message_for(self.claim.reader, self._clock()))


@dataclass(frozen=True, slots=True)
class Paperwork:
    """What the ledger has to hear: answers, and claims to be queued again with the instant they are due (UTC)."""

    answers: list[Attempted] = field(default_factory=list)
    leftovers: list[tuple[Claim, datetime]] = field(default_factory=list)


class Mailroom:
    """Hands out letters for one edition and gathers what became of them.

    *clock* gives the time in UTC. *chunk* learns how much is used. `nudged` is set when the clerk has something to do.
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
        self._stock: deque[tuple[Claim, float]] = deque()
        self._out: set[Letter] = set()
        self._paperwork = Paperwork()
        self._being_recorded = Paperwork()
        self._is_closed = False

    # --- the wire's side

    def next_letter(self) -> Letter | None:
        """Return a letter to be begun now; None when there is none, or none is to be begun any more."""
        now = time.monotonic()
        self._clear_stale(now)
        while self._stock:
            claim, fresh_until = self._stock.popleft()
            if now >= fresh_until:  # one that came back behind a fresher one
                self._paperwork.leftovers.append((claim, self._clock()))
                continue
            letter = self._letter(claim, fresh_until, now)
            if letter:
                self._out.add(letter)
                if 2 * len(self._stock) <= self.chunk.size:
                    self._want()
                return letter
        self._want()
        return None

    def begins(self, letter: Letter) -> None:
        """Write down that *letter* may be out from now on.

        Raises:
            OSError: the journal can't be written; the letter must not go out.
        """
        letter.has_begun = True
        self._journal.begins(letter.claim.reader.subscriber_id, letter.claim.attempt)

    def answered(self, letter: Letter, outcome: Outcome) -> None:
        """Take down what came of *letter*."""
        self._out.discard(letter)
        self._take_down(letter.claim, outcome)

    def returned(self, letter: Letter) -> None:
        """Take *letter* back: it was not begun, and nothing was said of its reader."""
        self._out.discard(letter)
        self._stock.appendleft((letter.claim, letter.fresh_until))

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
        return not (self._stock or self._out or self._paperwork.answers or self._paperwork.leftovers)

    @property
    def has_stock(self) -> bool:
        """Say whether there are claims that wait to be begun."""
        return bool(self._stock)

    @property
    def in_hand(self) -> list[int]:
        """Return the subscribers whose claims are here, at whatever stage."""
        books = (self._paperwork, self._being_recorded)
        claims = [claim for claim, _ in self._stock] + [letter.claim for letter in self._out]
        claims += [attempted.claim for book in books for attempted in book.answers]
        claims += [claim for book in books for claim, _ in book.leftovers]
        return [claim.reader.subscriber_id for claim in claims]

    def stock_up(self, claims: list[Claim], asked: int, read_at: float) -> None:
        """Put *claims*, of *asked* at most, on the shelf; their readers' standing was read at *read_at* (monotonic)."""
        self._stock.extend((claim, read_at + FRESH_SECONDS) for claim in claims)
        self.is_wanted = False
        if len(claims) == asked == self.chunk.size:
            self.chunk.used_up()

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

    def _letter(self, claim: Claim, fresh_until: float, now: float) -> Letter | None:
        """Return the letter for a claim, or put it with what goes back where its domain's turn is still to come."""
        reader = claim.reader
        wait = self._pace.slot(reader.address.rpartition("@")[2], now) - now
        if wait > 0:
            self._paperwork.leftovers.append((claim, self._clock() + timedelta(seconds=wait)))
            return None
        try:
            envelope = Envelope(self._compiled.sender_for(reader), reader.address)
        except ValueError as error:  # one bad row hurts only itself (law 10)
            self._take_down(claim, outcome_of_unmakeable(error))
            return None
        return Letter(claim, envelope, fresh_until, self._compiled, self._clock)

    def _clear_stale(self, now: float) -> None:
        if self._stock and now >= self._stock[0][1]:
            self.chunk.went_stale()
        while self._stock and (self._is_closed or now >= self._stock[0][1]):
            self._paperwork.leftovers.append((self._stock.popleft()[0], self._clock()))

    def _want(self) -> None:
        if not self._is_closed:
            self.is_wanted = True
            self.nudged.set()
