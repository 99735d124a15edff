import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.outcome import OutcomeKind, not_begun, outcome_of_reply, unanswered


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (250, OutcomeKind.SENT),
        (251, OutcomeKind.SENT),
        (354, OutcomeKind.DEFERRED),
        (421, OutcomeKind.DEFERRED),
        (450, OutcomeKind.DEFERRED),
        (452, OutcomeKind.DEFERRED),
        (499, OutcomeKind.DEFERRED),
        (500, OutcomeKind.FAILED),
        (550, OutcomeKind.FAILED),
        (554, OutcomeKind.FAILED),
        (0, OutcomeKind.DEFERRED),
        (-1, OutcomeKind.DEFERRED),
        (199, OutcomeKind.DEFERRED),
        (600, OutcomeKind.DEFERRED),
        (999, OutcomeKind.DEFERRED),
    ],
)
def test_the_class_of_the_code_decides(code, kind):
    assert outcome_of_reply(code, "whatever it says: 5.1.1").kind is kind


@pytest.mark.parametrize(
    ("reply", "enhanced"),
    [
        ("5.1.1 no such user", "5.1.1"),
        ("4.7.28", "4.7.28"),
        ("2.0.0\nqueued as 123", "2.0.0"),
        ("5.123.456 x", "5.123.456"),
        ("no such user 5.1.1", None),
        ("192.0.2.1 is blocked", None),
        ("5.1.1.1 odd", None),
        ("3.1.1 odd", None),
        ("5.1234.1 odd", None),
        ("5.1 odd", None),
        ("", None),
    ],
)
def test_the_enhanced_code_stands_at_the_beginning_or_nowhere(reply, enhanced):
    assert outcome_of_reply(550, reply).enhanced_code == enhanced


def test_the_reply_is_kept_in_full():
    reply = "5.7.1 refused\nsee https://relay.example/why?id=1\n" + "x" * 5000
    assert outcome_of_reply(550, reply).reply == reply


@pytest.mark.parametrize("raw", [b"5.1.1 unbekannt: M\xfcller", b"5.1.1 odd \x00 byte"])
def test_a_reply_in_another_charset_can_be_stored(raw):
    # As aiosmtplib gives it. A lone surrogate or a NUL breaks the statement that records the outcome.
    outcome = outcome_of_reply(550, raw.decode("utf-8", "surrogateescape"))
    assert "\ufffd" in outcome.reply
    assert outcome.enhanced_code == "5.1.1"


@given(st.integers(-10, 1100), st.binary(max_size=60))
def test_no_reply_is_too_strange(code, raw):
    outcome = outcome_of_reply(code, raw.decode("utf-8", "surrogateescape"))
    assert outcome.reply.encode("utf-8").count(b"\0") == 0
    assert outcome.code == code
    assert outcome.kind is not OutcomeKind.UNKNOWN
    assert outcome.enhanced_code is None or outcome.reply.startswith(outcome.enhanced_code)


def test_an_attempt_that_never_began_may_be_made_again_and_one_without_an_answer_is_unknown():
    begun, lost = not_begun("no route\udcff"), unanswered("dropped\0")
    assert (begun.kind, begun.code, begun.enhanced_code, begun.reply) == (
        OutcomeKind.DEFERRED, None, None, "no route\ufffd",
    )  # fmt: skip
    assert (lost.kind, lost.code, lost.enhanced_code, lost.reply) == (
        OutcomeKind.UNKNOWN, None, None, "dropped\ufffd",
    )  # fmt: skip
