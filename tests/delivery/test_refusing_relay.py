"""The conversation with a relay that refuses readers, refuses us, or talks nonsense."""

import pytest
from sample_supplier import PIPELINING, SENDER, SampleSupplier, carry, once, only, reader, verbs
from scripted_relay import ScriptedRelay

from digest.delivery.conversation import EndingKind
from digest.delivery.outcome import Outcome, OutcomeKind

SENT, DEFERRED, FAILED, UNKNOWN = OutcomeKind
FIRST, SECOND, THIRD = reader(1), reader(2), reader(3)


# --- readers whom the relay refuses


@PIPELINING
@pytest.mark.parametrize("takes_data", [True, False])
@pytest.mark.parametrize(("reply", "kind"), [("550 5.1.1 no such user", FAILED), ("451 4.7.1 greylisted", DEFERRED)])
def test_a_refused_recipient_spoils_nobody_elses_message(pipelining, takes_data, reply, kind):
    supplier = SampleSupplier.of(FIRST, SECOND, THIRD)
    with ScriptedRelay(
        pipelining=pipelining, takes_data_without_recipient=takes_data, at_rcpt=only(SECOND, reply)
    ) as server:
        assert carry(supplier, server.url).kind is EndingKind.FINISHED
    assert supplier.outcomes[SECOND] == Outcome(kind, int(reply[:3]), reply[4:9], reply[4:])
    assert supplier.kinds == {FIRST: SENT, SECOND: kind, THIRD: SENT}
    assert server.accepted == server.offered == supplier.begun == [FIRST, THIRD]
    assert "RSET" in verbs(server)


def test_several_lines_of_a_refusal_are_kept():
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(at_rcpt=only(FIRST, "550-5.1.1 no such user\r\n550 5.1.1 here")) as server:
        carry(supplier, server.url)
    assert supplier.outcomes[FIRST] == Outcome(FAILED, 550, "5.1.1", "5.1.1 no such user\n5.1.1 here")


@PIPELINING
@pytest.mark.parametrize(
    ("reply", "kind"),
    [("250 2.0.0 fine, but of what?", DEFERRED), ("451 4.3.0 not now", DEFERRED), ("554 5.5.1 no", FAILED)],
)
def test_a_refused_data_command_is_no_delivery_and_spoils_nobody_elses(pipelining, reply, kind):
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(pipelining=pipelining, at_data_command=once(reply)) as server:
        carry(supplier, server.url)
    assert supplier.kinds == {FIRST: kind, SECOND: SENT}
    assert reply in f"{reply[:4]}{supplier.outcomes[FIRST].reply}"
    assert ("took no message" in supplier.outcomes[FIRST].reply) == reply.startswith("2")
    assert supplier.begun == server.offered == server.accepted == [SECOND]


@pytest.mark.parametrize(("reply", "kind"), [("554 5.7.1 spam", FAILED), ("452 4.3.1 disk full", DEFERRED)])
def test_a_message_refused_after_the_dot_is_read_from_the_code(reply, kind):
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(at_data=only(FIRST, reply)) as server:
        carry(supplier, server.url)
    assert supplier.kinds == {FIRST: kind, SECOND: SENT}
    assert server.accepted == [SECOND]


def test_an_odd_yes_to_the_recipient_never_mails_an_empty_message():
    supplier = SampleSupplier.of(FIRST, SECOND)
    # It says 252 to RCPT, but takes the recipient for valid: DATA gets 354, and a lone dot would be delivered.
    with ScriptedRelay(at_rcpt=only(FIRST, "252 maybe"), takes_data_without_recipient=True) as server:
        ending = carry(supplier, server.url)
    assert supplier.kinds == {FIRST: DEFERRED}
    assert (ending.kind, server.offered, supplier.begun) == (EndingKind.LOST, [], [])


# --- relays that refuse us


@PIPELINING
@pytest.mark.parametrize(
    ("reply", "kind"),
    [("530 5.7.0 log in first", "refused"), ("451 4.3.0 busy", "lost"), ("252 odd", "lost"), ("354 what", "lost")],
)
def test_a_relay_that_takes_no_mail_from_us_says_nothing_of_the_reader(pipelining, reply, kind):
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(pipelining=pipelining, at_mail=lambda: reply) as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, ending.code, ending.is_trouble, ending.was_busy) == (kind, int(reply[:3]), True, True)
    assert ending.is_refusal == (kind == "refused")
    assert reply in ending.words
    assert supplier.given_back == supplier.handed_out == [FIRST]
    assert verbs(server)[-1] == "QUIT"


def test_no_address_stands_in_the_words_of_an_ending():
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(at_mail=lambda: f"550 5.7.1 <{SENDER}>: sender rejected, not {SENDER}.") as server:
        ending = carry(supplier, server.url)
    assert ending.words == "it takes no mail from us: 550 5.7.1 <(address)>: sender rejected, not (address)"
    with ScriptedRelay(at_rcpt=only(FIRST, f"nonsense about {FIRST} and others")) as server:
        ending = carry(SampleSupplier.of(FIRST), server.url)
    assert ending.words == "it sent what is no reply: b'nonsense about (address) and others'"


# --- relays that talk nonsense


@pytest.mark.parametrize(
    "nonsense",
    [
        "no code at all",
        "99 two digits",
        "2500 four digits",
        "999 no such class",
        "250=ok",
        "250-first line\r\n251 another code",
        b"\xff\xfe\x00\r\n",
        b"\r\n",
        b"250 " + b"x" * 5000 + b"\r\n",
        b"250 " + b"x" * 5000,
        b"250-more\r\n" * 7000,
        "250 ok\r\n250 and another",
    ],
)
@pytest.mark.parametrize(("stage", "kind"), [("at_rcpt", DEFERRED), ("at_data", UNKNOWN)])
def test_nonsense_is_not_followed(nonsense, stage, kind):
    supplier = SampleSupplier.of(FIRST)
    with ScriptedRelay(**{stage: only(FIRST, nonsense)}) as server:
        ending = carry(supplier, server.url)
    if isinstance(nonsense, str) and nonsense.startswith("250 ok"):
        kind = SENT if stage == "at_data" else DEFERRED  # the first of the two is an answer
    assert ending.kind is EndingKind.LOST
    assert "did nothing" not in ending.words
    assert supplier.kinds == {FIRST: kind}
    assert server.offered == ([FIRST] if stage == "at_data" else [])


def test_354_after_the_final_dot_is_unknown_and_ends_the_conversation():
    supplier = SampleSupplier.of(FIRST, SECOND)
    with ScriptedRelay(at_data=only(FIRST, "354 again")) as server:
        ending = carry(supplier, server.url)
    assert (ending.kind, supplier.kinds, supplier.given_back) == (EndingKind.LOST, {FIRST: UNKNOWN}, [SECOND])
