import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.outcome import OutcomeKind, not_begun, outcome_of_final_reply, outcome_of_refusal, unanswered

SENT, DEFERRED, FAILED, UNKNOWN = OutcomeKind
CODES = {
    # code: (before the message, after the final dot)
    250: (DEFERRED, SENT),
    251: (DEFERRED, SENT),
    354: (DEFERRED, UNKNOWN),
    421: (DEFERRED, DEFERRED),
    450: (DEFERRED, DEFERRED),
    499: (DEFERRED, DEFERRED),
    500: (FAILED, FAILED),
    550: (FAILED, FAILED),
    554: (FAILED, FAILED),
    0: (DEFERRED, UNKNOWN),
    -1: (DEFERRED, UNKNOWN),
    199: (DEFERRED, UNKNOWN),
    600: (DEFERRED, UNKNOWN),
    999: (DEFERRED, UNKNOWN),
}


@pytest.mark.parametrize("code", CODES)
def test_the_class_of_the_code_and_the_moment_decide(code):
    before, after = CODES[code]
    assert outcome_of_refusal(code, "whatever it says: 5.1.1").kind is before
    assert outcome_of_final_reply(code, "whatever it says: 5.1.1").kind is after


@given(code=st.integers())
def test_nothing_that_comes_before_the_message_means_that_it_was_sent(code):
    assert outcome_of_refusal(code, "").kind in (DEFERRED, FAILED)


@given(code=st.integers())
def test_what_is_no_plain_answer_after_the_dot_is_never_tried_again(code):
    if code // 100 not in (2, 4, 5):
        assert outcome_of_final_reply(code, "").kind is UNKNOWN


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
    assert outcome_of_final_reply(550, reply).enhanced_code == enhanced


def test_the_reply_is_kept_in_full():
    reply = "5.7.1 refused\nsee https://relay.example/why?id=1\n" + "x" * 5000
    assert outcome_of_final_reply(550, reply).reply == reply


@pytest.mark.parametrize("raw", [b"5.1.1 unbekannt: M\xfcller", b"5.1.1 odd \x00 byte"])
def test_a_reply_in_another_charset_can_be_stored(raw):
    # As aiosmtplib gives it. A lone surrogate or a NUL breaks the statement that records the outcome.
    outcome = outcome_of_final_reply(550, raw.decode("utf-8", "surrogateescape"))
    assert "\ufffd" in outcome.reply
    assert outcome.enhanced_code == "5.1.1"


@given(st.integers(-10, 1100), st.binary(max_size=60))
def test_no_reply_is_too_strange(code, raw):
    outcome = outcome_of_final_reply(code, raw.decode("utf-8", "surrogateescape"))
    assert outcome.reply.encode("utf-8").count(b"\0") == 0
    assert outcome.code == code
    assert outcome.enhanced_code is None or outcome.reply.startswith(outcome.enhanced_code)


def test_an_attempt_that_never_began_may_be_made_again_and_one_without_an_answer_is_unknown():
    begun, lost = not_begun("no route\udcff"), unanswered("dropped\0")
    assert (begun.kind, begun.code, begun.enhanced_code, begun.reply) == (
        OutcomeKind.DEFERRED, None, None, "no route\ufffd",
    )  # fmt: skip
    assert (lost.kind, lost.code, lost.enhanced_code, lost.reply) == (
        OutcomeKind.UNKNOWN, None, None, "dropped\ufffd",
    )  # fmt: skip
