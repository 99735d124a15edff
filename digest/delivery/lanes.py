"""The lanes to one relay: a number of conversations, kept up while there is work and the relay is well."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from digest.delivery.breaker import Breaker
from digest.delivery.conversation import Conversation, Ending
from digest.delivery.ending import without_addresses
from digest.delivery.letter import Letter
from digest.delivery.mailroom import Mailroom
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.refusal import RefusalClass, classify_refusal
from digest.delivery.relay import Relay, RelayUnavailableError

_log = logging.getLogger(__name__)


class Lanes:
    """Carries what the mailroom hands out to one relay, over *count* connections.

    With *stands_by* they are only used while every other relay is away: one of weight 0.
    """

    def __init__(self, relay: Relay, count: int, mailroom: Mailroom, *, stands_by: bool = False) -> None:
        self.stands_by = stands_by
        self._relay = relay
        self._count = count
        self._mailroom = mailroom
        self._breaker = Breaker()
        self._open: set[Conversation] = set()
        self._idle: set[Conversation] = set()
        self._work = asyncio.Event()
        self._well = asyncio.Event()
        self._well.set()
        self._has_proved_well = False
        self._permits = 0
        self._permit_wanted = asyncio.Event()
        self._is_over = False

    @property
    def trouble(self) -> str:
        """Return why the relay is left alone just now; empty when it is well."""
        return self._breaker.trouble

    @property
    def relay_name(self) -> str:
        """Return the relay's name, for people to read."""
        return str(self._relay)

    @property
    def has_proved_well(self) -> bool:
        """Say whether the relay took the last message that it was asked to take, here."""
        return self._has_proved_well and self._breaker.is_closed

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keep the lanes up while the block lasts; at its end let each finish what it has begun."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep_lane()) for _ in range(self._count)]
            tasks.append(group.create_task(self._give_permits()))
            try:
                yield
                self.rest()
                await self._finish()
            finally:
                self._is_over = True
                for conversation in tuple(self._open):
                    conversation.abort()
                for task in tasks:
                    task.cancel()

    def resume(self) -> None:
        """Open what connections there may be, and wake those that wait for a letter."""
        self._work.set()
        idle, self._idle = self._idle, set()  # one that finds nothing is idle again at once
        for conversation in idle:
            conversation.wake()

    def rest(self) -> None:
        """Take no more letters, finish those that are begun, and say goodbye."""
        self._work.clear()
        for conversation in tuple(self._open):
            conversation.finish()

    # --- what the conversations ask and tell

    def next_parcel(self, conversation: Conversation) -> Letter | None:
        """Return a letter to be begun now, if there is one and the pace allows it."""
        letter = self._next_letter()
        if letter is None:
            self._idle.add(conversation)
        return letter

    def begins(self, letter: Letter) -> None:
        """Pass on that *letter* may be out from now on."""
        self._mailroom.begins(letter)

    def answered(self, letter: Letter, outcome: Outcome) -> None:
        """Pass on what came of *letter*, and learn from it how the relay is."""
        self._mailroom.answered(letter, outcome)
        if outcome.kind is OutcomeKind.SENT:
            self._has_proved_well = True
            if self._breaker.took_a_message():
                _log.warning("the relay %s takes mail again", self._relay)
                self._well.set()
        elif outcome.kind is OutcomeKind.FAILED and _is_policy(outcome) and self._breaker.refused_by_policy():
            self._open_breaker(f"it refuses by policy: {outcome.code} {without_addresses(outcome.reply)}")

    def returned(self, letter: Letter) -> None:
        """Pass *letter* back: it was not begun, and its reader is not to blame."""
        self._permits += 1
        self._mailroom.returned(letter)

    # --- inside

    def _next_letter(self) -> Letter | None:
        if not self._work.is_set():
            return None
        if self._relay.is_paced and self._permits <= 0:
            self._permit_wanted.set()
            return None
        letter = self._mailroom.next_letter()
        if letter and self._relay.is_paced:
            self._permits -= 1
        return letter

    async def _keep_lane(self) -> None:
        # Asked, too: connecting may swallow a cancellation that comes just as it ends.
        while not self._is_over:
            await self._work.wait()
            if wait := self._breaker.wait(time.monotonic()):
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._well.wait()
                continue
            try:
                conversation = await self._relay.converse(self)
            except RelayUnavailableError as error:
                self._open_breaker(str(error))
            else:
                await self._accompany(conversation)

    async def _accompany(self, conversation: Conversation) -> None:
        self._open.add(conversation)
        if self._is_over or not self._work.is_set():  # we were told to rest while it was being opened
            conversation.finish()
        try:
            ending = await conversation.ended
        finally:
            self._open.discard(conversation)
            self._idle.discard(conversation)
        self._hear(ending, conversation)

    def _hear(self, ending: Ending, conversation: Conversation) -> None:
        """Learn from how a conversation ended; one that took messages before says nothing against the relay."""
        if ending.is_trouble and (ending.is_refusal or not conversation.sent):
            self._open_breaker(ending.words)
        else:
            self._breaker.trial_ended()

    def _open_breaker(self, trouble: str) -> None:
        self._well.clear()
        self._has_proved_well = False
        if self._breaker.open(trouble, time.monotonic()):
            _log.error("the relay %s is left alone for a while, nothing is claimed for it: %s", self._relay, trouble)
        for conversation in tuple(self._open):
            conversation.finish()

    async def _give_permits(self) -> None:
        """Let one letter after another go at the relay's pace, whenever one is asked for."""
        while self._relay.is_paced and not self._is_over:
            await self._permit_wanted.wait()
            self._permit_wanted.clear()
            await self._relay.wait_turn()
            self._permits += 1
            if self._idle:
                self._idle.pop().wake()

    async def _finish(self) -> None:
        """Wait for the conversations to end; each does within its time-outs."""
        while self._open:
            await asyncio.wait([asyncio.ensure_future(conversation.ended) for conversation in self._open])
            await asyncio.sleep(0)


def _is_policy(outcome: Outcome) -> bool:
    return classify_refusal(outcome.enhanced_code, outcome.reply) is RefusalClass.POLICY
