"""What becomes of the deliveries that a dead sender had in hand, by what its journal tells (law 6)."""

from datetime import datetime, timedelta

import pytest
from newsroom import MORNING
from recorded import GONE, TAKEN, came_to, record, row_of
from sqlmodel import Session, select

from digest.delivery import store
from digest.delivery.journal_lines import Answered
from digest.delivery.ledger import DeliveryStatus, Patience
from digest.delivery.outcome import Outcome, not_begun, unanswered
from digest.delivery.tables import Attempt, Delivery
from digest.editions.edition import Edition
from digest.editions.tables import EditionRow
from subscribers.tables import Suppression

PATIENCE = Patience(timedelta(minutes=5), timedelta(hours=1))
RESENDING = Patience(timedelta(minutes=5), timedelta(hours=1), resends_unknown=True)


def answered(claim: store.Claim, outcome: Outcome = TAKEN, at: datetime = MORNING) -> Answered:
    return Answered(claim.reader.subscriber_id, claim.attempt, outcome, at)


def numbers(*claims: store.Claim) -> set[int]:
    return {claim.reader.subscriber_id for claim in claims}


def sort_out(
    session: Session,
    edition: Edition,
    *answers: Answered,
    begun: set[int] = frozenset(),  # type: ignore[assignment]
    certain: bool = True,
    patience: Patience = PATIENCE,
    now: datetime = MORNING,
) -> store.Sorted:
    return store.sort_out(session, edition.id, "one", answers, begun, certain=certain, patience=patience, now=now)


def statuses(session: Session, *claims: store.Claim) -> list[str]:
    return [row_of(session, claim).status for claim in claims]


def test_the_answered_the_begun_and_the_rest_of_a_dead_senders_claims_part(ledger: Session, edition: Edition) -> None:
    sent, gone, busy, begun, _ = claims = store.claim(ledger, edition, "one", MORNING, most=5)
    [others] = store.claim(ledger, edition, "two", MORNING, most=1)
    answers = [answered(sent), answered(gone, GONE), answered(busy, not_begun("the line dropped"))]
    assert sort_out(ledger, edition, *answers, begun=numbers(begun)) == store.Sorted(3, requeued=1, unknown=1)
    assert statuses(ledger, *claims) == ["sent", "failed", "queued", "unknown", "queued"]
    assert statuses(ledger, others) == ["claimed"]
    assert row_of(ledger, begun).reply == store.BEGUN
    assert [row_of(ledger, claim).attempts for claim in claims] == [1, 1, 1, 1, 0]
    kept = ledger.exec(select(Attempt.outcome)).all()
    assert sorted(kept) == ["deferred", "failed", "unknown"]
    assert len(ledger.exec(select(Suppression)).all()) == 1


@pytest.mark.parametrize("certain", [True, False])
def test_sorting_out_twice_changes_nothing(ledger: Session, edition: Edition, certain: bool) -> None:
    sent, begun, _ = claims = store.claim(ledger, edition, "one", MORNING, most=3)
    for expected in (store.Sorted(1, 1, 1) if certain else store.Sorted(1, 0, 2), store.Sorted(0, 0, 0)):
        assert sort_out(ledger, edition, answered(sent), begun=numbers(begun), certain=certain) == expected
        assert statuses(ledger, *claims) == ["sent", "unknown", "queued" if certain else "unknown"]


def test_without_a_whole_journal_what_is_not_known_to_be_answered_is_unknown(ledger: Session, edition: Edition) -> None:
    sent, begun, rest = store.claim(ledger, edition, "one", MORNING, most=3)
    found = sort_out(ledger, edition, answered(sent), begun=numbers(begun), certain=False)
    assert found == store.Sorted(1, requeued=0, unknown=2)
    assert row_of(ledger, rest).reply == store.ABANDONED


def test_a_journal_found_late_corrects_what_silence_made_unknown(ledger: Session, edition: Edition) -> None:
    sent, begun, _ = claims = store.claim(ledger, edition, "one", MORNING, most=3)
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    assert statuses(ledger, *claims) == ["unknown"] * 3
    assert sort_out(ledger, edition, answered(sent), begun=numbers(begun)) == store.Sorted(1, requeued=1, unknown=1)
    assert statuses(ledger, *claims) == ["sent", "unknown", "queued"]


def test_what_the_sender_itself_recorded_as_unknown_is_never_queued_again(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(claim, unanswered("the line dropped"), DeliveryStatus.UNKNOWN))
    assert sort_out(ledger, edition) == store.Sorted(0, 0, 0)
    assert statuses(ledger, claim) == ["unknown"]


def test_an_answer_to_an_earlier_attempt_says_nothing_of_the_present_one(ledger: Session, edition: Edition) -> None:
    [first] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(first, not_begun("lost"), DeliveryStatus.QUEUED))
    [second] = store.claim(ledger, edition, "one", MORNING, most=1)
    assert sort_out(ledger, edition, answered(first, TAKEN)) == store.Sorted(0, requeued=1, unknown=0)
    assert (row_of(ledger, second).status, row_of(ledger, second).attempts) == ("queued", 1)


def test_what_was_answered_before_it_was_recorded_is_not_recorded_again(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    found = sort_out(ledger, edition, answered(claim, GONE), begun=numbers(claim))
    assert found == store.Sorted(0, 0, 0)
    assert statuses(ledger, claim) == ["sent"]


@pytest.mark.parametrize("certain", [True, False])
def test_by_policy_what_may_be_out_is_queued_again_and_counts_as_an_attempt(
    ledger: Session, edition: Edition, certain: bool
) -> None:
    [begun] = store.claim(ledger, edition, "one", MORNING, most=1)
    found = sort_out(ledger, edition, begun=numbers(begun), certain=certain, patience=RESENDING)
    assert found == store.Sorted(0, requeued=1, unknown=0)
    assert (row_of(ledger, begun).status, row_of(ledger, begun).attempts) == ("queued", 1)
    assert ledger.exec(select(Attempt.outcome)).all() == ["unknown"]


def test_an_edition_settled_too_early_is_open_again_while_there_is_time(ledger: Session, edition: Edition) -> None:
    store.claim(ledger, edition, "one", MORNING, most=10)
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    assert store.settle(ledger, edition, MORNING).unknown == 10
    assert sort_out(ledger, edition).requeued == 10
    assert ledger.get_one(EditionRow, edition.id).status == "sending"
    assert len(store.claim(ledger, edition, "two", MORNING, most=10)) == 10


def test_after_the_deadline_what_had_not_begun_has_failed_and_the_sums_say_so(
    ledger: Session, edition: Edition
) -> None:
    claims = store.claim(ledger, edition, "one", MORNING, most=10)
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    store.settle(ledger, edition, MORNING)
    evening = edition.schedule.deadline + timedelta(hours=1)
    sort_out(ledger, edition, answered(claims[0]), begun=numbers(claims[1]), now=evening)
    row = ledger.get_one(EditionRow, edition.id)
    assert (row.status, row.sent, row.unknown, row.failed) == ("sent", 1, 1, 8)
    replies = ledger.exec(select(Delivery.reply).where(Delivery.status == "failed")).all()
    assert set(replies) == {store.NEVER_TRIED}


def test_the_journal_of_an_edition_that_is_no_more_sorts_out_nothing(ledger: Session) -> None:
    found = store.sort_out(ledger, 4711, "one", [], {1}, certain=True, patience=PATIENCE, now=MORNING)
    assert found == store.Sorted(0, 0, 0)
