"""A supplier for conversations: hands out parcels in order and keeps account of all it hears."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop
from scripted_relay import Answer, ScriptedRelay

from digest.delivery.conversation import Conversation, Ending
from digest.delivery.dot_stuffing import Dotless
from digest.delivery.envelope import Envelope
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.relay import Relay
from digest.settings import SmtpSettings

PIPELINING = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])
# More than the kernel takes before the other side reads.
HUGE = Dotless((b"x" * 998 + b"\r\n") * 20_000)
SENDER = "headlines@quay.example"
MESSAGE = b"Subject: hello\r\n\r\nAll is well.\r\n"


@dataclass(eq=False)
class SampleParcel:
    envelope: Envelope
    message: bytes | Dotless = MESSAGE
    asked: int = 0
    is_fresh: bool = True

    def content(self) -> bytes | Dotless:
        self.asked += 1
        return self.message


def reader(number: int) -> str:
    return f"reader{number}@example.org"


@dataclass(eq=False)
class SampleSupplier:
    """What is handed out, and what was heard of it. Finishes when it has nothing more, unless it *goes_on*."""

    stock: deque[SampleParcel] = field(default_factory=deque)
    goes_on: bool = False
    on_begins: Callable[[str], None] = lambda _recipient: None
    on_answered: Callable[[str], None] = lambda _recipient: None
    begun: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    given_back: list[str] = field(default_factory=list)
    handed_out: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *recipients: str, message: bytes | Dotless = MESSAGE, **how: Any) -> "SampleSupplier":
        return cls(deque(SampleParcel(Envelope(SENDER, recipient), message) for recipient in recipients), **how)

    def next_parcel(self, conversation: Conversation) -> SampleParcel | None:
        if self.stock:
            parcel = self.stock.popleft()
            self.handed_out.append(parcel.envelope.recipient)
            return parcel
        if not self.goes_on:
            conversation.finish()
        return None

    def begins(self, parcel: SampleParcel) -> None:
        self.on_begins(parcel.envelope.recipient)
        self.begun.append(parcel.envelope.recipient)

    def answered(self, parcel: SampleParcel, outcome: Outcome) -> None:
        recipient = parcel.envelope.recipient
        assert recipient not in self.outcomes, "each is answered once"
        self.outcomes[recipient] = outcome
        self.on_answered(recipient)

    def returned(self, parcel: SampleParcel) -> None:
        self.given_back.append(parcel.envelope.recipient)

    @property
    def kinds(self) -> dict[str, OutcomeKind]:
        return {recipient: outcome.kind for recipient, outcome in self.outcomes.items()}

    def check_account(self) -> None:
        """Each parcel handed out came to exactly one end."""
        assert sorted([*self.outcomes, *self.given_back]) == sorted(self.handed_out)


def smtp_to(url: str, **settings: Any) -> SmtpSettings:
    return SmtpSettings.model_validate({"url": url, "timeout_seconds": 5, **settings})


def relay_to(url: str, **settings: Any) -> Relay:
    smtp = smtp_to(url, **settings)
    return Relay(smtp.all_relays[0], smtp, local_only=True)


async def carried(supplier: SampleSupplier, url: str, **settings: Any) -> tuple[Conversation, Ending]:
    """Have one conversation to its end."""
    conversation = await relay_to(url, **settings).converse(supplier)
    return conversation, await asyncio.wait_for(conversation.ended, 20)


def run_on(loop: str, work: Coroutine[Any, Any, Any]) -> Any:
    """Run *work* on "asyncio"'s own loop or "uvloop"'s."""
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def carry(supplier: SampleSupplier, url: str, loop: str = "uvloop", **settings: Any) -> Ending:
    """Have one conversation to its end, check that every parcel is accounted for, and return how it ended."""
    _, ending = run_on(loop, carried(supplier, url, **settings))
    supplier.check_account()
    assert isinstance(ending, Ending)
    return ending


def only(recipient: str, answer: Answer) -> Callable[[str, int], Answer]:
    """Give *answer* to this one, and let the others pass."""
    return lambda to, _times: answer if to == recipient else None


def once(answer: Answer) -> Callable[[], Answer]:
    """Give *answer* the first time."""
    answers = iter([answer])
    return lambda: next(answers, None)


def verbs(server: ScriptedRelay) -> list[str]:
    return [command[:4] for _, command in server.commands]


async def until(is_so, seconds=5.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)
