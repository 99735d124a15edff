"""The postman: carries the mails that the service itself writes, within seconds, beside whatever bulk is on its way.

He has a thread, an event loop and a connection of his own, so that no edition ever stands before a confirmation.
"""

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from digest.database import Database
from digest.delivery.breaker import Breaker
from digest.delivery.conversation import Conversation, Ending, EndingKind
from digest.delivery.ending import without_addresses
from digest.delivery.housekeeping import HOUSEKEEPING_SECONDS, keep_house
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.outlets import outlets_of
from digest.delivery.refusal import RefusalClass, classify_refusal
from digest.delivery.relay import Relay, RelayUnavailableError
from digest.delivery.satchel import Satchel
from digest.delivery.system_mail_store import sort_out_the_dead, waiting
from digest.delivery.system_mail_writer import SystemMailWriter
from digest.settings import Settings

LOOK_SECONDS = 1.0
REST_AFTER_SECONDS = 5.0  # relays cut idle connections; we say goodbye first
GRACE_SECONDS = 10.0
FAREWELL_SECONDS = 1.0  # to write down what the grace did not suffice for
_log = logging.getLogger(__name__)


@contextmanager
def postman_running(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    *,
    look_seconds: float = LOOK_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[Callable[[], None]]:
    """Let a postman carry what is due while the block lasts; give a function that bids him look at once.

    That function may be called from any thread, also when the block is over; unbidden he looks every *look_seconds*.
    *clock* gives the time in UTC. At the end what is on its way gets *grace_seconds*; what has not begun by then stays
    queued.

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them (law 12), a key of
            `[dkim]` can't be used, or the mail would break the message standard (law 11).
    """
    outlets = sorted(outlets_of(settings), key=lambda outlet: outlet.stands_by)  # those only when no other is well
    writer = SystemMailWriter(settings, database, clock())
    postman = Postman(database, [outlet.relay for outlet in outlets], writer, clock, look_seconds, grace_seconds)
    thread = threading.Thread(target=asyncio.run, args=(postman.run(),), name="postman", daemon=True)
    thread.start()
    try:
        yield postman.nudge
    finally:
        postman.stop()
        thread.join(grace_seconds + FAREWELL_SECONDS)
        if thread.is_alive():
            _log.error("the postman did not come home in time: what he has in hand is sorted out by the next one")


@dataclass
class _Line:
    """A way to one relay, and what is known against it."""

    relay: Relay
    breaker: Breaker = field(default_factory=Breaker)

    def heard(self, outcome: Outcome) -> bool:
        """Learn from *outcome* how the relay is; say whether it is to be left alone now."""
        if outcome.kind is OutcomeKind.SENT:
            if self.breaker.took_a_message():
                _log.warning("the relay %s takes confirmation mails again", self.relay)
        elif outcome.kind is OutcomeKind.FAILED and _is_policy(outcome) and self.breaker.refused_by_policy():
            self.leave_alone(f"it refuses by policy: {outcome.code} {without_addresses(outcome.reply)}")
            return True
        return False

    def ended(self, ending: Ending, conversation: Conversation) -> None:
        """Learn from how a conversation ended; one that took messages before says nothing against the relay."""
        is_its_fault = ending.is_trouble and ending.kind is not EndingKind.UNWRITTEN
        if is_its_fault and (ending.is_refusal or not conversation.sent):
            self.leave_alone(ending.words)
        else:
            self.breaker.trial_ended()

    def leave_alone(self, trouble: str) -> None:
        """Try it again later; tell so once."""
        if self.breaker.open(trouble, time.monotonic()):
            _log.error("the relay %s is left alone for a while, confirmation mails wait: %s", self.relay, trouble)


class Postman:
    """Carries what is due through the first of *relays* that is well, until he is stopped; see `postman_running`."""

    def __init__(
        self,
        database: Database,
        relays: list[Relay],
        writer: SystemMailWriter,
        clock: Callable[[], datetime],
        look_seconds: float,
        grace_seconds: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._look_seconds = look_seconds
        self._grace_seconds = grace_seconds
        self._lines = [_Line(relay) for relay in relays]
        host = f"{socket.gethostname()} {os.getpid()} postman"
        self._satchel = Satchel(database, clock, writer.write, host, self._hear)
        self._line = self._lines[0]
        self._round: asyncio.Task[None] | None = None
        self._conversation: Conversation | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bidden = asyncio.Event()
        self._told: dict[str, str] = {}
        self._is_stopped = False

    def nudge(self) -> None:
        """Bid him look at once; from any thread."""
        if self._loop:  # else he has not begun, and looks first of all
            with suppress(RuntimeError):  # he is at home already
                self._loop.call_soon_threadsafe(self._bidden.set)

    def stop(self) -> None:
        """Bid him finish what is on its way and come home; from any thread."""
        self._is_stopped = True
        self.nudge()

    async def run(self) -> None:
        """Carry what is due, until `stop`."""
        self._loop = asyncio.get_running_loop()
        house = asyncio.create_task(self._keep_house())
        while not self._is_stopped:
            self._bidden.clear()
            self._attend()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_seconds):
                    await self._bidden.wait()
        house.cancel()
        await self._come_home()

    # --- inside

    def _attend(self) -> None:
        """Look into the queue and after the dead, and go, go on or rest as there is mail."""
        try:
            self._satchel.beat()
            if self._conversation is None:
                self._satchel.file()
            is_due = self._look()
        except Exception as error:  # noqa: BLE001 - a loop that must go on, as long as the pages are served
            self._complain("look into his queue", error)
            return
        self._told.pop("look into his queue", None)
        if is_due and self._round is None:
            self._round = asyncio.create_task(self._go())
        elif is_due and self._conversation:
            self._conversation.wake()
        elif self._conversation and time.monotonic() > self._satchel.busy_at + REST_AFTER_SECONDS:
            self._conversation.finish()

    def _look(self) -> bool:
        now = self._clock()
        with self._database.reading() as session:
            found = waiting(session, now)
        if found.is_abandoned:
            with self._database.writing() as session:
                sort_out_the_dead(session, now)
        return found.is_due or found.is_abandoned

    async def _go(self) -> None:
        """Have one conversation with the first relay that is well."""
        try:
            for line in self._lines:
                if line.breaker.wait(time.monotonic()) == 0 and await self._converse(line):
                    break
        except Exception as error:  # noqa: BLE001 - as in `_attend`: another round begins soon
            self._complain("carry his mails", error)
        else:
            self._told.pop("carry his mails", None)
        finally:
            self._round = self._conversation = None
            self._line.breaker.trial_ended()

    async def _converse(self, line: _Line) -> bool:
        """Let a conversation with *line* take what is due; say whether there was one."""
        self._line = line
        try:
            conversation = await line.relay.converse(self._satchel)
        except RelayUnavailableError as error:
            line.leave_alone(str(error))
            return False
        self._conversation = conversation
        line.ended(await conversation.ended, conversation)
        if conversation.sent:  # there may be more for the next one
            self._bidden.set()
        return True

    def _hear(self, outcome: Outcome) -> None:
        if self._line.heard(outcome) and self._conversation:
            self._conversation.finish()

    def _complain(self, of_what: str, error: Exception) -> None:
        """Tell what keeps him from his work; the same again and again only once."""
        words = without_addresses(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
        if self._told.get(of_what) != words:
            self._told[of_what] = words
            is_known = isinstance(error, DBAPIError)
            _log.error("the postman can't %s just now: %s", of_what, words, exc_info=None if is_known else error)

    async def _keep_house(self) -> None:
        while True:
            try:
                await keep_house(self._database, self._clock())
            except Exception as error:  # noqa: BLE001 - as in `_attend`: the next hour makes up for it
                self._complain("keep his house", error)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def _come_home(self) -> None:
        """Finish what is on its way, within the grace; write down what came of it."""
        if self._round:
            if self._conversation:
                self._conversation.finish()
            else:
                self._round.cancel()
            await asyncio.wait([self._round], timeout=self._grace_seconds)
            if self._conversation:
                self._conversation.abort()
                await asyncio.wait([self._round], timeout=FAREWELL_SECONDS)
        try:
            self._satchel.file()
        except DBAPIError as error:
            _log.error("the postman could not write down his last round: %s", str(error).partition("\n")[0])


def _is_policy(outcome: Outcome) -> bool:
    return classify_refusal(outcome.enhanced_code, outcome.reply) is RefusalClass.POLICY
