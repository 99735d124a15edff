from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.ledger import OPEN, Closing, DeliveryStatus, Patience, Verdict, some_jitter, verdict
from digest.delivery.outcome import (
    Outcome,
    OutcomeKind,
    not_begun,
    outcome_of_final_reply,
    outcome_of_refusal,
    unanswered,
)

NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
DEADLINE = NOW + timedelta(hours=4)
PATIENCE = Patience(timedelta(minutes=5), timedelta(hours=6))
RESENDING = Patience(timedelta(minutes=5), timedelta(hours=6), resends_unknown=True)
BUSY = outcome_of_final_reply(451, "4.7.1 try again later")
MINUTE = timedelta(minutes=1)


def judge(outcome, attempts=1, now=NOW, deadline=DEADLINE, patience=PATIENCE, jitter=0.0):
    return verdict(outcome, attempts, now, deadline, patience, jitter)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (outcome_of_final_reply(250, "2.0.0 taken"), DeliveryStatus.SENT),
        (outcome_of_final_reply(550, "5.1.1 nobody"), DeliveryStatus.FAILED),
        (unanswered("the line dropped"), DeliveryStatus.UNKNOWN),
    ],
)
@pytest.mark.parametrize("attempts", [1, 7])
@pytest.mark.parametrize("deadline", [DEADLINE, NOW])
def test_what_is_settled_is_settled_at_once_whatever_the_hour(outcome, status, attempts, deadline):
    assert judge(outcome, attempts, deadline=deadline) == Verdict(status, NOW)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (7, 320), (8, 360), (9, 360), (10_000, 360)]
)
def test_a_deferred_delivery_waits_twice_as_long_each_time_up_to_a_limit(attempts, minutes):
    found = judge(BUSY, attempts, deadline=NOW + timedelta(days=1))
    assert found == Verdict(DeliveryStatus.QUEUED, NOW + minutes * MINUTE)


def test_jitter_shortens_the_wait_by_half_at_most():
    assert judge(BUSY, jitter=0.5).next_attempt_at == NOW + timedelta(minutes=3, seconds=45)
    assert judge(BUSY, jitter=1.0).next_attempt_at == NOW + timedelta(minutes=2, seconds=30)


def test_a_first_lost_connection_is_tried_again_at_once_and_a_second_one_waits():
    lost = not_begun("the connection was lost before the message")
    assert judge(lost, 1) == Verdict(DeliveryStatus.QUEUED, NOW)
    assert judge(lost, 2) == Verdict(DeliveryStatus.QUEUED, NOW + 10 * MINUTE)


def test_a_first_time_that_the_relay_closes_is_followed_by_another_try_at_once():
    closing = outcome_of_refusal(421, "4.3.2 closing down")
    assert judge(closing, 1) == Verdict(DeliveryStatus.QUEUED, NOW)
    assert judge(closing, 2) == Verdict(DeliveryStatus.QUEUED, NOW + 10 * MINUTE)


def test_by_policy_what_may_be_out_is_tried_again_like_what_was_deferred():
    dropped = unanswered("the line dropped")
    assert judge(dropped, 1, patience=RESENDING) == Verdict(DeliveryStatus.QUEUED, NOW)
    assert judge(dropped, 2, patience=RESENDING) == Verdict(DeliveryStatus.QUEUED, NOW + 10 * MINUTE)
    assert judge(dropped, 1) == Verdict(DeliveryStatus.UNKNOWN, NOW)


def test_what_may_be_out_has_not_failed_when_there_is_no_time_to_try_it_again():
    found = judge(unanswered("the line dropped"), 2, deadline=NOW + MINUTE, patience=RESENDING)
    assert found == Verdict(DeliveryStatus.UNKNOWN, NOW)


@pytest.mark.parametrize("left", [timedelta(0), MINUTE, 5 * MINUTE])
def test_a_delivery_whose_next_try_would_be_too_late_fails_now(left):
    assert judge(BUSY, deadline=NOW + left) == Verdict(DeliveryStatus.FAILED, NOW)
    assert judge(BUSY, deadline=NOW + 5 * MINUTE + timedelta(microseconds=1)).status is DeliveryStatus.QUEUED


OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(OutcomeKind),
    st.none() | st.integers(200, 599),
    st.none(),
    st.text(max_size=5),
)
SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=1))


@given(OUTCOMES, st.integers(1, 10**6), SPANS, st.builds(Patience, SPANS, SPANS, st.booleans()), st.floats(0, 1))
def test_every_outcome_has_a_verdict_that_keeps_to_the_deadline(outcome, attempts, left, patience, jitter):
    found = judge(outcome, attempts, deadline=NOW + left, patience=patience, jitter=jitter)
    assert NOW <= found.next_attempt_at < NOW + left
    if outcome.kind is OutcomeKind.DEFERRED:
        assert found.status in {DeliveryStatus.QUEUED, DeliveryStatus.FAILED}
    elif outcome.kind is OutcomeKind.UNKNOWN:
        assert found.status is DeliveryStatus.UNKNOWN or patience.resends_unknown
        assert found.status is not DeliveryStatus.FAILED
    else:
        assert found.status not in OPEN
    if found.status is DeliveryStatus.QUEUED:
        assert found.next_attempt_at - NOW <= patience.longest


def closing(counts):
    return Closing.of(sum(counts.values()), counts)


@given(st.dictionaries(st.sampled_from(DeliveryStatus), st.integers(0, 10**6)), st.integers(-5, 5))
def test_the_equation_closes_only_over_the_audience_that_was_frozen(counts, lost):
    sums = Closing.of(sum(counts.values()) + lost, counts)
    assert sums.missing == lost
    assert sums.eligible == sums.sent + sums.failed + sums.unknown + sums.skipped + sums.deferred + lost
    assert sums.is_settled == (not any(counts.get(status) for status in OPEN))
    assert not (lost and sums.is_whole)


def test_an_edition_is_whole_when_everybody_who_stayed_got_it():
    assert closing({DeliveryStatus.SENT: 9, DeliveryStatus.SKIPPED: 1}).is_whole
    for status in set(DeliveryStatus) - {DeliveryStatus.SENT, DeliveryStatus.SKIPPED}:
        assert not closing({DeliveryStatus.SENT: 9, status: 1}).is_whole


def test_nobody_at_all_is_settled_and_whole():
    nothing = closing({})
    assert (nothing.eligible, nothing.is_settled, nothing.is_whole) == (0, True, True)


def test_the_equation_reads_as_a_sentence_and_names_what_is_deferred_only_while_something_is():
    counts = {DeliveryStatus.SENT: 1234, DeliveryStatus.FAILED: 2, DeliveryStatus.UNKNOWN: 1, DeliveryStatus.SKIPPED: 3}
    assert str(closing(counts)) == "1,240 eligible = 1,234 sent + 2 failed + 1 unknown + 3 skipped"
    under_way = closing(counts | {DeliveryStatus.QUEUED: 4, DeliveryStatus.CLAIMED: 1})
    assert str(under_way) == "1,245 eligible = 1,234 sent + 2 failed + 1 unknown + 3 skipped + 5 deferred"
    assert str(Closing.of(1241, counts)).endswith(" + 1 MISSING FROM THE LEDGER")


def test_jitter_lies_between_nothing_and_all():
    found = {some_jitter() for _ in range(50)}
    assert len(found) > 1
    assert all(0 <= share <= 1 for share in found)
