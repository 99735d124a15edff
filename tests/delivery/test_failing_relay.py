"""The conversation with a relay that hangs up, dies or is slow: what is known then, and what is not."""

import asyncio
import threading
import time
from functools import partial

import pytest
from sample_supplier import HUGE, PIPELINING, SampleSupplier, carry, once, only, reader, relay_to, run_on, until
from scripted_relay import ACCEPT_AND_CLOSE, CLOSE, SILENCE, ScriptedRelay

from digest.delivery.conversation import Ending, EndingKind
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.relay import RelayUnavailableError

SENT, DEFERRED, FAILED, UNKNOWN = OutcomeKind
FIRST, SECOND, THIRD = reader(1), reader(2), reader(3)
LOOPS = ("asyncio", "uvloop")


# --- relays that hang up


@PIPELINING
def test_421_to_mail_gives_the_parcel_back(pipelining):
    supplier = SampleSupplier.of(*map(reader, range(9)))
    with ScriptedRelay(pipelining=pipelining, messages_per_connection=4) as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, ending.code, ending.was_busy) == (EndingKind.LOST, 421, True)
    assert server.accepted == list(supplier.outcomes) == [reader(number) for number in range(4)]
    assert supplier.given_back == [reader(4)]


@PIPELINING
@pytest.mark.parametrize("stage", ["at_rcpt", "at_data"])
def test_421_to_the_recipient_or_the_final_dot_defers_that_reader(pipelining, stage):
    supplier = SampleSupplier.of(FIRST, SECOND, THIRD)
    with ScriptedRelay(pipelining=pipelining, **{stage: only(SECOND, "421 4.3.2 shutting down")}) as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, ending.code) == (EndingKind.LOST, 421)
    assert supplier.outcomes[SECOND] == Outcome(DEFERRED, 421, "4.3.2", "4.3.2 shutting down")
    assert supplier.given_back == supplier.handed_out[2:]
    assert server.accepted == [FIRST]


def test_421_to_the_data_command_defers_that_reader():
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(at_data_command=once("421 4.3.2 shutting down")) as server:
        carry(supplier, server.url)
    assert supplier.kinds == {FIRST: DEFERRED}


def test_421_in_the_middle_of_a_body_defers_that_reader():
    supplier = SampleSupplier.of(FIRST, SECOND, message=HUGE)
    with ScriptedRelay(at_body=lambda _to, _times: 100, last_words="421 4.4.2 too slow") as server:
        carry(supplier, server.url)
    assert supplier.outcomes == {FIRST: Outcome(DEFERRED, 421, "4.4.2", "4.4.2 too slow")}
    assert (supplier.begun, server.offered) == ([], [])


@pytest.mark.parametrize("says_so", [True, False])
def test_a_relay_that_leaves_an_idle_conversation_says_nothing_of_anybody(says_so):
    supplier = SampleSupplier.of(FIRST, goes_on=True)

    async def be_left(server: ScriptedRelay) -> Ending:
        conversation = await relay_to(server.url).converse(supplier)
        await until(lambda: FIRST in supplier.outcomes)
        await asyncio.to_thread(server.die)
        return await conversation.ended

    answer = "250 ok\r\n421 4.4.2 idle for too long" if says_so else "250 ok"
    with ScriptedRelay(at_data=only(FIRST, answer)) as server:
        ending = run_on("uvloop", be_left(server))
    assert (ending.kind, ending.was_busy, ending.code) == (EndingKind.LOST, False, 421 if says_so else None)
    assert supplier.kinds == {FIRST: SENT}


@PIPELINING
def test_a_connection_closed_before_the_message_counts_as_an_attempt(pipelining):
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(pipelining=pipelining, at_rcpt=lambda _to, _times: CLOSE) as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, ending.was_busy) == (EndingKind.LOST, True)
    assert supplier.outcomes.keys() == {FIRST}
    assert (supplier.outcomes[FIRST].kind, supplier.outcomes[FIRST].code) == (DEFERRED, None)
    assert "before the message" in supplier.outcomes[FIRST].reply


@PIPELINING
@pytest.mark.parametrize("answer", [CLOSE, ACCEPT_AND_CLOSE])
def test_a_connection_closed_after_the_final_dot_leaves_one_unknown_and_gives_the_next_back(pipelining, answer):
    supplier = SampleSupplier.of(FIRST, SECOND, THIRD)
    with ScriptedRelay(pipelining=pipelining, at_data=only(SECOND, answer)) as server:
        carry(supplier, server.url)
    assert supplier.kinds == {FIRST: SENT, SECOND: UNKNOWN}
    assert supplier.given_back == ([THIRD] if pipelining else [])
    assert server.offered == [FIRST, SECOND]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_connection_lost_with_the_body_half_taken_has_not_begun(loop):
    supplier = SampleSupplier.of(FIRST, SECOND, message=HUGE)
    with ScriptedRelay(at_body=lambda _to, _times: 5000) as server:
        carry(supplier, server.url, loop)
    assert supplier.kinds == {FIRST: DEFERRED}
    assert supplier.begun == []
    # The next reader is asked for when the dot goes out, and not while the body waits: the claim would age.
    assert supplier.handed_out == [FIRST]


def test_a_relay_that_dies_accounts_for_everybody():
    supplier = SampleSupplier.of(*map(reader, range(1000)))
    with ScriptedRelay() as server:
        supplier.on_begins = lambda to: threading.Thread(target=server.die).start() if to == reader(50) else None
        ending = carry(supplier, server.url)
        assert (ending.kind, ending.was_busy) == (EndingKind.LOST, True)
        assert list(supplier.kinds.values()).count(UNKNOWN) <= 1
        assert set(server.accepted) <= set(supplier.begun)
        assert {to for to, kind in supplier.kinds.items() if kind is SENT} <= set(server.accepted)
        with pytest.raises(RelayUnavailableError):
            carry(SampleSupplier.of(FIRST), server.url)
        server.revive()
        assert carry(again := SampleSupplier.of(FIRST), server.url).kind is EndingKind.FINISHED
    assert again.kinds == {FIRST: SENT}


def test_we_drop_a_conversation_and_know_what_we_do_not_know():
    supplier = SampleSupplier.of(FIRST, SECOND, THIRD)

    async def abort_at_second_dot(url: str) -> Ending:
        conversation = await relay_to(url).converse(supplier)
        await until(lambda: SECOND in server.offered)
        conversation.abort()
        conversation.abort()
        return await conversation.ended

    with ScriptedRelay(at_data=only(SECOND, SILENCE)) as server:
        ending = run_on("uvloop", abort_at_second_dot(server.url))
    assert (ending.kind, ending.is_trouble) == (EndingKind.ABORTED, False)
    assert supplier.kinds == {FIRST: SENT, SECOND: UNKNOWN}
    assert supplier.given_back == [THIRD]


# --- relays that are slow


def test_a_relay_that_falls_silent_is_left_after_the_timeout():
    for stage, kind in (("at_rcpt", DEFERRED), ("at_data", UNKNOWN)):
        supplier = SampleSupplier.of(FIRST, SECOND)
        with ScriptedRelay(**{stage: only(FIRST, SILENCE)}) as server:
            began = time.monotonic()
            ending = carry(supplier, server.url, timeout_seconds=0.3)
        assert 0.3 <= time.monotonic() - began < 2
        assert (ending.kind, ending.words) == (EndingKind.LOST, "it did nothing for 0.3 s")
        assert supplier.kinds == {FIRST: kind}


def test_a_relay_that_drips_a_reply_without_end_is_left_after_the_timeout():
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(at_rcpt=only(FIRST, "250 " + "x" * 400), reply_pace=lambda _c, _m: 100) as server:
        # At 100 octets a second the greeting and EHLO take their time, but are whole within the timeout.
        assert carry(supplier, server.url, timeout_seconds=1.2).kind is EndingKind.LOST
    assert supplier.kinds == {FIRST: DEFERRED}


def slow_at_first(_connection: int, _messages: int, *, began: float) -> float | None:
    """Read slowly for two seconds, and then whatever comes: of 20 MB more is left by then than the kernel holds."""
    return 4_000_000 if time.monotonic() - began < 2 else None


def test_a_body_that_drains_slowly_is_waited_for_and_one_that_does_not_is_given_up():
    slow, stuck = SampleSupplier.of(FIRST, message=HUGE), SampleSupplier.of(FIRST, message=HUGE)
    began = time.monotonic()
    with ScriptedRelay(body_pace=partial(slow_at_first, began=began)) as server:
        carry(slow, server.url, timeout_seconds=1.5)
        assert time.monotonic() - began > 2
    with ScriptedRelay(body_pace=lambda _c, _m: 1) as server:
        carry(stuck, server.url, timeout_seconds=0.4)
    assert slow.kinds == {FIRST: SENT}
    assert stuck.kinds == {FIRST: DEFERRED}
    assert stuck.begun == []


def test_a_later_body_is_waited_for_as_the_first_is_and_when_it_is_given_up_it_has_not_begun():
    slow, stuck = SampleSupplier.of(FIRST, SECOND), SampleSupplier.of(FIRST, SECOND)
    for supplier in (slow, stuck):
        supplier.stock[1].message = HUGE
    began = time.monotonic()
    with ScriptedRelay(body_pace=partial(slow_at_first, began=began)) as server:
        carry(slow, server.url, timeout_seconds=1.5)
        assert time.monotonic() - began > 2
    with ScriptedRelay(body_pace=lambda _c, messages: 1 if messages else None) as server:
        carry(stuck, server.url, timeout_seconds=0.3)
    assert slow.kinds == {FIRST: SENT, SECOND: SENT}
    assert stuck.kinds == {FIRST: SENT, SECOND: DEFERRED}
