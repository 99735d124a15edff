"""What is said in which packet, and that it does not matter in which packets the answers come."""

import asyncio
from collections import deque
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relay_model import RelayModel
from sample_supplier import MESSAGE, SENDER, SampleParcel, SampleSupplier, reader

from digest.delivery.conversation import Conversation, EndingKind
from digest.delivery.envelope import Envelope
from digest.delivery.manners import Manners
from digest.delivery.outcome import Outcome, outcome_of_final_reply, outcome_of_refusal

YES = "250 2.0.0 ok"
FIRST, SECOND, THIRD = reader(1), reader(2), reader(3)


def manners(*, pipelining: bool) -> Manners:
    return Manners(pipelining=pipelining, timeout_seconds=5, messages=1000, objection=lambda _envelope: None)


def envelope_of(recipient: str) -> bytes:
    return b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (SENDER.encode(), recipient.encode())


async def talk(supplier: SampleSupplier, model: RelayModel, pieces: Sequence[int] = (), *, pipelining: bool = True):
    conversation = Conversation(supplier, manners(pipelining=pipelining))
    conversation.take_over(model)
    sizes = deque(pieces)
    while model.speak(sizes.popleft() if sizes else 1_000_000):
        pass
    return await asyncio.wait_for(conversation.ended, 5)


def test_the_next_envelope_goes_out_with_the_final_dot_and_with_the_body_once_one_left_at_once():
    model = RelayModel(lambda _to: YES, lambda _to: YES)
    asyncio.run(talk(SampleSupplier.of(FIRST, SECOND, THIRD), model))
    assert model.writes == [
        envelope_of(FIRST),
        MESSAGE,
        b".\r\n" + envelope_of(SECOND),
        MESSAGE + b".\r\n" + envelope_of(THIRD),
        MESSAGE + b".\r\n",
        b"QUIT\r\n",
    ]


def test_without_pipelining_every_command_waits_for_its_answer():
    model = RelayModel(lambda to: "550 no" if to == FIRST else YES, lambda _to: YES)
    asyncio.run(talk(SampleSupplier.of(FIRST, SECOND), model, pipelining=False))
    mail = f"MAIL FROM:<{SENDER}>\r\n".encode()
    said = [mail, f"RCPT TO:<{FIRST}>\r\n".encode(), b"RSET\r\n", mail, f"RCPT TO:<{SECOND}>\r\n".encode(), b"DATA\r\n"]
    assert model.writes == [*said, MESSAGE, b".\r\n", b"QUIT\r\n"]


@pytest.mark.parametrize("stale", [FIRST, SECOND])
def test_without_pipelining_no_data_is_said_of_a_parcel_that_went_stale_meanwhile(stale):
    supplier = SampleSupplier.of(FIRST, SECOND)
    parcels = {parcel.envelope.recipient: parcel for parcel in supplier.stock}

    def unsubscribe(to: str) -> str:  # while the relay thinks about the recipient
        parcels[to].is_fresh = to != stale
        return YES

    model = RelayModel(unsubscribe, lambda _to: YES)
    assert asyncio.run(talk(supplier, model, pipelining=False)).kind is EndingKind.FINISHED
    (other,) = {FIRST, SECOND} - {stale}
    assert (supplier.given_back, supplier.kinds, list(model.bodies)) == ([stale], {other: "sent"}, [other])
    mail = f"MAIL FROM:<{SENDER}>\r\n".encode()
    untold = [mail, f"RCPT TO:<{stale}>\r\n".encode()]
    told = [mail, f"RCPT TO:<{other}>\r\n".encode(), b"DATA\r\n", MESSAGE, b".\r\n"]
    said = [*untold, b"RSET\r\n", *told] if stale == FIRST else [*told, *untold]
    assert model.writes == [*said, b"QUIT\r\n"]


def test_the_reader_after_a_refused_one_begins_with_reset():
    model = RelayModel(lambda to: "550 no" if to == FIRST else YES, lambda _to: YES)
    asyncio.run(talk(SampleSupplier.of(FIRST, SECOND), model))
    assert model.writes[:2] == [envelope_of(FIRST), b"RSET\r\n" + envelope_of(SECOND)]


def test_the_dot_waits_for_the_body_to_leave_and_so_does_the_claim_of_the_next():
    async def stall() -> None:
        supplier = SampleSupplier.of(FIRST, SECOND)
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=True))
        conversation.take_over(model)
        model.is_full = True
        model.speak()
        conversation.wake()
        assert model.writes[1:] == [MESSAGE]
        assert (supplier.begun, supplier.handed_out) == ([], [FIRST])
        model.drain()
        assert model.writes[2:] == [b".\r\n" + envelope_of(SECOND)]
        assert (supplier.begun, supplier.handed_out) == ([FIRST], [FIRST, SECOND])
        while model.speak():
            pass
        assert (await conversation.ended).kind is EndingKind.FINISHED

    asyncio.run(stall())


def test_after_a_body_that_had_to_wait_the_next_one_s_dot_waits_for_it_again():
    async def stall() -> None:
        supplier = SampleSupplier.of(FIRST, SECOND, THIRD)
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=True))
        conversation.take_over(model)
        model.speak()
        model.is_full = True
        model.speak()
        assert model.writes[-1] == MESSAGE + b".\r\n" + envelope_of(THIRD)
        model.is_full = False
        model.drain()
        model.speak()
        assert model.writes[-2:] == [MESSAGE, b".\r\n"]
        while model.speak():
            pass
        assert (await conversation.ended).kind is EndingKind.FINISHED

    asyncio.run(stall())


LONG = MESSAGE * 100  # more than what TLS may add to a few words


def stalled(supplier: SampleSupplier, model: RelayModel) -> Conversation:
    """Let the body of the second, its dot and the envelope of the third wait in our own memory."""
    conversation = Conversation(supplier, manners(pipelining=True))
    conversation.take_over(model)
    model.speak()
    model.is_full = True
    model.speak()
    assert model.writes[-1] == LONG + b".\r\n" + envelope_of(THIRD)
    return conversation


@pytest.mark.parametrize("early", ["250 2.0.0 ok", "421 4.3.2 going", "nonsense"])
def test_an_answer_to_a_dot_that_has_not_left_is_none(early):
    async def hurry() -> EndingKind:
        supplier = SampleSupplier.of(FIRST, SECOND, THIRD, message=LONG)
        conversation = stalled(supplier, RelayModel(lambda _to: YES, lambda to: early if to == SECOND else YES))
        conversation._transport.speak()
        ending = await conversation.ended
        assert (supplier.kinds, supplier.given_back) == ({FIRST: "sent", SECOND: "deferred"}, [THIRD])
        return ending.kind

    assert asyncio.run(hurry()) is EndingKind.LOST


def test_what_is_announced_and_goes_stale_in_our_own_memory_is_not_sent():
    async def stall() -> None:
        supplier = SampleSupplier.of(FIRST, SECOND, THIRD, message=LONG)
        third = supplier.stock[2]
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = stalled(supplier, model)
        third.is_fresh = False
        model.drain()
        model.speak()
        assert (await conversation.ended).kind is EndingKind.ABORTED
        assert (supplier.kinds, supplier.given_back) == ({FIRST: "sent", SECOND: "sent"}, [THIRD])
        assert (third.asked, list(model.bodies)) == (0, [FIRST, SECOND])

    asyncio.run(stall())


def test_what_comes_before_the_final_dot_is_no_answer_to_it():
    async def hurry() -> None:
        supplier = SampleSupplier.of(FIRST)
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=True))
        conversation.take_over(model)
        conversation.data_received(b"250 ok\r\n250 ok\r\n354 go on\r\n250 taken already\r\n")
        assert (await conversation.ended).kind is EndingKind.LOST
        assert supplier.begun == []
        assert not model.bodies

    asyncio.run(hurry())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"252 odd\r\n250 ok\r\n354 go on\r\n", "lost"),  # a lone dot might mail somebody an empty message
        (b"550 not you\r\n503 no\r\n354 go on\r\n", "refused"),
        (b"550 not you\r\n", "refused"),
        (b"550 not you\r\n421 bye\r\n", "refused"),
    ],
)
def test_to_a_relay_that_takes_no_mail_from_us_not_even_a_dot_is_said(said, kind):
    async def be_refused() -> None:
        supplier = SampleSupplier.of(FIRST, SECOND)
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=True))
        conversation.take_over(model)
        conversation.data_received(said)
        if not model.is_closing():
            conversation.eof_received()
        assert (await conversation.ended).kind == kind
        assert model.writes == [envelope_of(FIRST)]
        assert (supplier.given_back, supplier.outcomes) == ([FIRST], {})

    asyncio.run(be_refused())


def test_a_conversation_dropped_by_its_supplier_hears_no_more():
    async def drop() -> None:
        supplier = SampleSupplier.of(FIRST, SECOND)
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=True))
        supplier.on_answered = lambda _recipient: conversation.abort()
        conversation.take_over(model)
        model.speak()
        conversation.data_received(b"250 ok\r\n421 bye\r\n")
        assert (await conversation.ended).kind is EndingKind.ABORTED
        assert (supplier.kinds, supplier.given_back) == ({FIRST: "sent"}, [SECOND])

    asyncio.run(drop())


def test_a_supplier_may_wake_or_finish_the_conversation_whatever_it_is_told():
    class Restless(SampleSupplier):
        def next_parcel(self, conversation: Conversation) -> SampleParcel | None:
            self.on_begins = self.on_answered = lambda _recipient: conversation.wake()
            conversation.wake()
            parcel = super().next_parcel(conversation)
            conversation.wake()
            return parcel

    supplier = Restless(deque(SampleParcel(Envelope(SENDER, reader(number))) for number in range(5)))
    model = RelayModel(lambda to: "550 no" if to == SECOND else YES, lambda _to: YES)
    assert asyncio.run(talk(supplier, model)).kind is EndingKind.FINISHED
    assert supplier.handed_out == list(supplier.outcomes) == [reader(number) for number in range(5)]
    assert [to for to, kind in supplier.kinds.items() if kind != "sent"] == [SECOND]


# What a relay may say to RCPT or after the dot, and go on: one line or several.
replies = st.builds(
    lambda code, lines: "\r\n".join([f"{code}-{line}" for line in lines[:-1]] + [f"{code} {lines[-1]}"]),
    st.sampled_from([250, 251, 450, 451, 452, 550, 552, 554]),
    st.lists(st.sampled_from(["", "2.1.5 ok", "5.1.1 no", "4.7.1 later\t", "x" * 400]), min_size=1, max_size=3),
)


def expected(at_rcpt: str, at_dot: str) -> Outcome:
    reply, of = (at_dot, outcome_of_final_reply) if at_rcpt.startswith("25") else (at_rcpt, outcome_of_refusal)
    return of(int(reply[:3]), "\n".join(line[4:].strip() for line in reply.split("\r\n")))


@given(
    scripts=st.lists(st.tuples(replies, replies), min_size=1, max_size=6),
    pieces=st.lists(st.integers(1, 40), max_size=200),
    pipelining=st.booleans(),
)
@settings(max_examples=150)
def test_replies_mean_the_same_in_whatever_packets_they_come(scripts, pieces, pipelining):
    by_reader = {reader(number): script for number, script in enumerate(scripts)}
    supplier = SampleSupplier.of(*by_reader)
    model = RelayModel(lambda to: by_reader[to][0], lambda to: by_reader[to][1])
    ending = asyncio.run(talk(supplier, model, pieces, pipelining=pipelining))
    assert ending.kind is EndingKind.FINISHED
    assert supplier.outcomes == {to: expected(*script) for to, script in by_reader.items()}
    assert list(model.bodies) == supplier.begun == [to for to, script in by_reader.items() if script[0][:2] == "25"]


@given(
    raw=st.lists(
        st.sampled_from([b"250 ok\r\n", b"354 go\r\n", b"550 no\r\n", b"421 bye\r\n", b"250-a\r\n", b"x\r\n", b"4"]),
        max_size=30,
    ),
    pieces=st.lists(st.integers(1, 40), max_size=60),
    pipelining=st.booleans(),
)
@settings(max_examples=150)
def test_whatever_a_relay_says_each_parcel_comes_to_one_end(raw, pieces, pipelining):
    async def babble() -> None:
        supplier = SampleSupplier.of(*map(reader, range(5)))
        model = RelayModel(lambda _to: YES, lambda _to: YES)
        conversation = Conversation(supplier, manners(pipelining=pipelining))
        conversation.take_over(model)
        said = b"".join(raw)
        for size in [*pieces, 1_000_000]:
            if said and not model.is_closing():
                conversation.data_received(said[:size])
                said = said[size:]
        if not model.is_closing():
            conversation.eof_received()
            model.close()
        await conversation.ended
        supplier.check_account()
        assert {to for to, kind in supplier.kinds.items() if kind in ("sent", "unknown")} <= set(supplier.begun)

    asyncio.run(babble())


def test_a_parcel_whose_body_broke_the_connection_has_not_begun():
    class Broken(RelayModel):
        def write(self, data: bytes) -> None:
            super().write(data)
            if data == MESSAGE:
                self.abort()

    supplier = SampleSupplier.of(FIRST)
    asyncio.run(talk(supplier, Broken(lambda _to: YES, lambda _to: YES)))
    assert (supplier.kinds, supplier.begun) == ({FIRST: "deferred"}, [])


@pytest.mark.parametrize("late", [True, False])
def test_a_faulty_supplier_does_not_keep_the_end_from_coming(late):
    class Faulty(SampleSupplier):
        def answered(self, _parcel: SampleParcel, _outcome: Outcome) -> None:
            raise KeyError("no such reader")

    async def break_it() -> None:
        conversation = Conversation(Faulty(deque([SampleParcel(Envelope(SENDER, FIRST))])), manners(pipelining=True))
        model = RelayModel(lambda _to: "550 no", lambda _to: YES)
        conversation.take_over(model)
        if late:
            conversation.connection_lost(None)
        else:
            model.speak()
        with pytest.raises(KeyError):
            await conversation.ended

    asyncio.run(break_it())
