"""The conversation with a relay that is well, over every kind of connection, and what may go wrong on our side."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from relay_certificate import RelayCertificate, make_certificate
from sample_supplier import (
    HUGE,
    MESSAGE,
    PIPELINING,
    SENDER,
    SampleParcel,
    SampleSupplier,
    carried,
    carry,
    only,
    reader,
    relay_to,
    run_on,
    until,
    verbs,
)
from scripted_relay import CLOSE, SILENCE, ScriptedRelay

from digest.delivery.conversation import Ending, EndingKind
from digest.delivery.envelope import Envelope
from digest.delivery.outcome import OutcomeKind
from digest.delivery.relay import RelayUnavailableError

SENT, DEFERRED, FAILED, UNKNOWN = OutcomeKind
FIRST, SECOND, THIRD = reader(1), reader(2), reader(3)
LOOPS = ("asyncio", "uvloop")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> RelayCertificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: RelayCertificate, monkeypatch: pytest.MonkeyPatch) -> RelayCertificate:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    return certificate


# --- what goes well


@pytest.mark.parametrize("loop", LOOPS)
@PIPELINING
@pytest.mark.parametrize("tls", [None, "starttls", "implicit"])
def test_every_message_arrives_once_in_order_and_as_it_was(loop, pipelining, tls, trusted):
    readers = [reader(number) for number in range(40)]
    supplier = SampleSupplier.of(*readers, message=b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n.dot\r\n" * 3000)
    with ScriptedRelay(pipelining=pipelining, tls=tls, certificate=trusted) as server:
        ending = carry(supplier, server.url, loop)
    assert ending == Ending(EndingKind.FINISHED, "we were asked to finish")
    assert server.accepted == supplier.begun == readers
    assert set(supplier.kinds.values()) == {SENT}
    assert set(server.contents) == {b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n..dot\r\n" * 3000 + b".\r\n"}
    assert verbs(server)[-4:] == ["MAIL", "RCPT", "DATA", "QUIT"]


def test_messages_larger_than_the_kernel_takes_at_once_arrive_whole_too(trusted):
    for tls in (None, "implicit"):
        for loop in LOOPS:
            supplier = SampleSupplier.of(FIRST, SECOND, message=HUGE)
            with ScriptedRelay(tls=tls, certificate=trusted) as server:
                carry(supplier, server.url, loop)
            assert server.accepted == [FIRST, SECOND]
            assert server.contents == [HUGE.octets + b".\r\n"] * 2


def test_an_idle_conversation_takes_up_again_when_it_is_woken():
    supplier = SampleSupplier.of(FIRST, goes_on=True)

    async def wake_twice(url: str) -> Ending:
        conversation = await relay_to(url, timeout_seconds=0.4).converse(supplier)
        conversation.wake()  # while it is busy: changes nothing
        await until(lambda: FIRST in supplier.outcomes)
        await asyncio.sleep(0.5)  # idle for longer than a reply may take
        for recipient in (SECOND, THIRD):
            supplier.stock.append(SampleParcel(Envelope(SENDER, recipient)))
        conversation.wake()
        await until(lambda: THIRD in supplier.outcomes)
        assert conversation.sent == 3
        conversation.finish()
        return await conversation.ended

    with ScriptedRelay(at_mail=lambda: time.sleep(0.1)) as server:
        assert run_on("uvloop", wake_twice(server.url)).kind is EndingKind.FINISHED
    assert server.accepted == [FIRST, SECOND, THIRD]


def test_it_can_be_woken_while_the_answer_to_the_last_dot_is_awaited():
    answers = threading.Event()
    supplier = SampleSupplier.of(FIRST, goes_on=True)

    async def wake_late(url: str) -> Ending:
        conversation = await relay_to(url).converse(supplier)
        await until(lambda: server.offered)
        supplier.stock.append(SampleParcel(Envelope(SENDER, SECOND)))
        conversation.wake()
        assert supplier.handed_out == [FIRST, SECOND]
        conversation.finish()
        answers.set()
        return await conversation.ended

    with ScriptedRelay(at_data=lambda _to, _times: None if answers.wait(5) else CLOSE) as server:
        run_on("uvloop", wake_late(server.url))
    assert server.accepted == [FIRST, SECOND]


@PIPELINING
def test_asked_to_finish_it_completes_what_is_announced_and_takes_no_more(pipelining):
    supplier = SampleSupplier.of(*map(reader, range(10)))

    async def finish_at_second(url: str) -> Ending:
        conversation = await relay_to(url).converse(supplier)
        supplier.on_begins = lambda recipient: conversation.finish() if recipient == SECOND else None
        return await conversation.ended

    with ScriptedRelay(pipelining=pipelining) as server:
        ending = run_on("uvloop", finish_at_second(server.url))
    assert ending.kind is EndingKind.FINISHED
    assert not ending.is_trouble
    assert server.accepted == list(supplier.outcomes) == supplier.handed_out == [reader(0), FIRST, SECOND]


@PIPELINING
def test_a_connection_carries_so_many_messages_and_says_goodbye(pipelining):
    supplier = SampleSupplier.of(*map(reader, range(10)))
    with ScriptedRelay(pipelining=pipelining) as server:
        conversation, ending = run_on("uvloop", carried(supplier, server.url, messages_per_connection=3))
    assert (ending.kind, ending.is_trouble, conversation.sent) == (EndingKind.LIMIT, False, 3)
    assert server.accepted == supplier.handed_out == [reader(0), FIRST, SECOND]
    assert verbs(server)[-1] == "QUIT"


def test_a_relay_that_never_answers_quit_is_not_waited_for():
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(at_quit=lambda: SILENCE) as server:
        began = time.monotonic()
        assert carry(supplier, server.url, timeout_seconds=0.2).kind is EndingKind.FINISHED
    assert time.monotonic() - began < 2


# --- what goes wrong on our side


def test_what_cannot_be_written_down_is_not_sent():
    def is_full(recipient: str) -> None:
        if recipient == SECOND:
            raise OSError(28, "No space left on device")

    supplier = SampleSupplier.of(FIRST, SECOND, THIRD, on_begins=is_full)
    with ScriptedRelay() as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, ending.is_trouble) == (EndingKind.UNWRITTEN, True)
    assert "No space left" in ending.words
    assert supplier.given_back == [SECOND]
    assert server.offered == server.accepted == [FIRST]


def test_a_fault_of_the_supplier_is_raised_to_who_awaits_the_end():
    def fail(recipient: str) -> None:
        raise KeyError(recipient)

    for fault in ("on_begins", "on_answered"):
        supplier = SampleSupplier.of(FIRST, SECOND, **{fault: fail})
        with ScriptedRelay() as server, pytest.raises(KeyError, match="reader1"):
            carry(supplier, server.url)
        supplier.check_account()


@PIPELINING
def test_a_message_that_cannot_be_made_fails_its_reader_and_nobody_else(pipelining, caplog):
    class Unmakeable(SampleParcel):
        def content(self) -> bytes:
            raise ValueError(f"no such key for {SECOND}")

    supplier = SampleSupplier.of(FIRST, THIRD)
    supplier.stock.insert(1, Unmakeable(Envelope(SENDER, SECOND)))
    with ScriptedRelay(pipelining=pipelining) as server:
        ending = carry(supplier, server.url)
        carry(supplier, server.url)
    assert (ending.kind, ending.is_trouble) == (EndingKind.ABORTED, False)
    assert supplier.kinds == {FIRST: SENT, SECOND: FAILED, THIRD: SENT}
    assert supplier.outcomes[SECOND].reply == "its message can't be made: ValueError: no such key for (address)"
    assert server.offered == server.accepted == [FIRST, THIRD]
    assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [True]


@PIPELINING
def test_an_envelope_that_cannot_be_said_fails_its_reader_and_the_conversation_goes_on(pipelining, caplog):
    class Unsayable(Envelope):
        @property
        def commands(self) -> tuple[bytes, bytes]:
            raise ValueError("no such letter")

    supplier = SampleSupplier.of(FIRST, THIRD)
    supplier.stock.insert(1, SampleParcel(Unsayable(SENDER, SECOND)))
    with ScriptedRelay(pipelining=pipelining) as server:
        assert carry(supplier, server.url).kind is EndingKind.FINISHED
    assert supplier.kinds == {FIRST: SENT, SECOND: FAILED, THIRD: SENT}
    assert server.accepted == [FIRST, THIRD]
    assert "no such letter" in caplog.text


def test_content_is_asked_for_once_and_only_for_what_is_sent():
    supplier = SampleSupplier.of(FIRST, SECOND)
    parcels = list(supplier.stock)
    with ScriptedRelay(at_rcpt=only(FIRST, "550 no")) as server:
        carry(supplier, server.url)
    assert [parcel.asked for parcel in parcels] == [0, 1]


# --- whom and whom not


def test_a_stranger_is_refused_before_anything_is_said():
    supplier = SampleSupplier.of(FIRST, "tester@quay.example", SECOND)
    with ScriptedRelay() as server:
        carry(supplier, server.url, allow_domains=["quay.example"])
    assert supplier.kinds == {FIRST: FAILED, SECOND: FAILED, "tester@quay.example": SENT}
    assert "allow_domains" in supplier.outcomes[FIRST].reply
    assert list(server.seen) == ["tester@quay.example"]


@pytest.mark.parametrize("smtputf8", [True, False])
def test_an_address_in_another_script_goes_only_to_a_relay_that_can_read_it(smtputf8):
    supplier = SampleSupplier.of("jörg@example.org", FIRST)
    with ScriptedRelay(smtputf8=smtputf8) as server:
        carry(supplier, server.url)
    assert supplier.kinds == {"jörg@example.org": SENT if smtputf8 else FAILED, FIRST: SENT}
    assert any(command == f"MAIL FROM:<{SENDER}> SMTPUTF8" for _, command in server.commands) == smtputf8
    assert (0, f"MAIL FROM:<{SENDER}>") in server.commands


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_relay_whose_certificate_nobody_vouches_for_gets_no_mail(certificate, tls):
    supplier = SampleSupplier.of(FIRST)
    with (
        ScriptedRelay(tls=tls, certificate=certificate) as server,
        pytest.raises(RelayUnavailableError, match="certificate"),
    ):
        carry(supplier, server.url)
    assert supplier.handed_out == []


def test_a_certificate_for_another_name_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = make_certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
    with (
        ScriptedRelay(tls="implicit", certificate=other) as server,
        pytest.raises(RelayUnavailableError, match=r"127\.0\.0\.1"),
    ):
        carry(SampleSupplier.of(FIRST), server.url)


@pytest.mark.parametrize("tls", [None, "starttls"])
def test_it_logs_in_where_the_relay_wants_it(trusted, tls):
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(login=("desk", "s3cret"), tls=tls, certificate=trusted) as server:
        carry(supplier, server.url.replace("//", "//desk:s3cret@"))
        with pytest.raises(RelayUnavailableError, match="who are you") as refused:
            carry(SampleSupplier.of(SECOND), server.url.replace("//", "//desk:wrong@"))
    assert server.accepted == [FIRST]
    assert "wrong" not in str(refused.value)


def test_many_conversations_share_one_supplier():
    readers = [reader(number) for number in range(2000)]
    supplier = SampleSupplier.of(*readers)

    async def converse(url: str) -> list[Ending]:
        relay = relay_to(url, messages_per_connection=150)
        endings: list[Ending] = []
        while supplier.stock:
            conversations = await asyncio.gather(*(relay.converse(supplier) for _ in range(5)))
            endings += await asyncio.gather(*(conversation.ended for conversation in conversations))
        return endings

    with ScriptedRelay() as server:
        endings = run_on("uvloop", converse(server.url))
    assert sorted(server.accepted) == sorted(readers)
    assert {ending.kind for ending in endings} == {EndingKind.LIMIT, EndingKind.FINISHED}
    assert MESSAGE + b".\r\n" in server.contents
