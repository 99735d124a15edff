"""The satchel: what the postman has in hand for one conversation, each mail taken only when it is its turn."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from digest.database import Database
from digest.delivery import store, system_mail_store
from digest.delivery.conversation import Conversation
from digest.delivery.dot_stuffing import Dotless
from digest.delivery.envelope import Envelope
from digest.delivery.letter import STILL_FRESH_SECONDS
from digest.delivery.outcome import Outcome
from digest.delivery.pulse import BEAT_SECONDS
from digest.delivery.system_mail_store import AnsweredMail, ClaimedMail
from digest.delivery.unmakeable import outcome_of_unmakeable

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(eq=False, slots=True)
class SystemLetter:
    """A claimed mail with all that is said for it."""

    mail: ClaimedMail
    envelope: Envelope
    _message: bytes = field(repr=False)
    _claimed_at: float = field(default_factory=time.monotonic)

    @property
    def is_fresh(self) -> bool:
        """Say whether DATA may still be said: its reader's standing was read lately (law 5)."""
        return time.monotonic() < self._claimed_at + STILL_FRESH_SECONDS

    def content(self) -> Dotless:
        """Return the wire bytes; no line of a compiled mail begins with a dot."""
        return Dotless(self._message)


class Satchel:
    """Hands out mails that are due, one after another, and writes down what becomes of them.

    Everything is written in the event loop's thread, which is the postman's own and waits for nothing else: so a mail
    is claimed just before it is spoken of, and at most one is begun whose answer is not written down. *write* gives
    where a mail goes and its wire bytes. *on_outcome* hears each outcome.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        write: Callable[[ClaimedMail, datetime], tuple[Envelope, bytes]],
        host: str,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._compose = write
        self._host = host
        self._on_outcome = on_outcome
        self._answered: list[AnsweredMail] = []
        self._returned: list[ClaimedMail] = []
        self._in_hand: set[SystemLetter] = set()
        self._sender = str(uuid.uuid4())
        self._beaten_at = float("-inf")
        self.busy_at = time.monotonic()

    @property
    def is_empty(self) -> bool:
        """Say whether no mail is on its way."""
        return not self._in_hand

    def beat(self) -> None:
        """Let the heart beat, if it is time to: whoever has mails in hand must be known to live.

        Raises:
            DBAPIError: the database can't be used.
        """
        if self._in_hand and time.monotonic() >= self._beaten_at + BEAT_SECONDS:
            self._write(self._beat)

    def file(self) -> None:
        """Write down what is not yet, if anything.

        Raises:
            DBAPIError: the database can't be used; to be called again.
        """
        if self._answered or self._returned:
            self._write(lambda _session: None)

    # --- what the conversation asks and tells

    def next_parcel(self, _conversation: Conversation) -> SystemLetter | None:
        """Claim the mail that is due longest; one that can't be made has failed, and the next is taken (law 10)."""
        while mail := self._write(self._claim):
            try:
                letter = SystemLetter(mail, *self._compose(mail, self._clock()))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one mail must not end the others
                self._answered.append(AnsweredMail(mail, outcome_of_unmakeable(error), self._clock()))
                continue
            self._in_hand.add(letter)
            self.busy_at = time.monotonic()
            return letter
        return None

    def begins(self, letter: SystemLetter) -> None:
        """Write down that *letter* may be out from now on, in the transaction that records the one before it.

        Raises:
            OSError: it can't be written down, or somebody else has taken the mail over; the dot must not leave.
        """
        now = self._clock()
        try:
            is_ours = self._write(lambda session: system_mail_store.begin(session, letter.mail, now))
        except DBAPIError as error:
            raise OSError(f"the database failed: {type(error).__name__}") from error
        if not is_ours:
            raise OSError("it took so long that another postman has taken the mail over")

    def answered(self, letter: SystemLetter, outcome: Outcome) -> None:
        """Keep what *letter* came to, to be written down with what is asked next."""
        self._in_hand.discard(letter)
        self._answered.append(AnsweredMail(letter.mail, outcome, self._clock()))
        self._on_outcome(outcome)

    def returned(self, letter: SystemLetter) -> None:
        """Take *letter* back: it was not begun, and its reader is not to blame."""
        self._in_hand.discard(letter)
        self._returned.append(letter.mail)

    # --- inside

    def _claim(self, session: Session) -> ClaimedMail | None:
        mail = system_mail_store.claim(session, self._sender, self._clock())
        if mail:
            self._beat(session)
        return mail

    def _beat(self, session: Session) -> None:
        store.beat(session, self._sender, self._host, self._clock())
        self._beaten_at = time.monotonic()

    def _write(self, act: Callable[[Session], T]) -> T:
        """Do *act* in a transaction that first writes down what is not yet."""
        answered, returned = tuple(self._answered), tuple(self._returned)
        try:
            with self._database.writing() as session:
                system_mail_store.record(session, answered)
                system_mail_store.give_back(session, returned, self._clock())
                result = act(session)
        except DBAPIError:
            # Whether it was committed is not known: what the old name may hold by now is sorted out as a dead one's.
            self._sender, self._beaten_at = str(uuid.uuid4()), float("-inf")
            raise
        del self._answered[: len(answered)], self._returned[: len(returned)]
        return result
