"""The ledger in the database: frozen audience, claims that re-read standing, outcomes."""

from datetime import time, timedelta

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, SECRET, enlist
from recorded import GONE, TAKEN, came_to, record, row_of
from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from digest.building import BuiltEdition
from digest.database import Database
from digest.delivery import store
from digest.delivery.ledger import Closing, DeliveryStatus
from digest.delivery.outcome import Outcome, not_begun, outcome_of_final_reply, unanswered
from digest.delivery.publishing import publish
from digest.delivery.tables import Attempt, Delivery
from digest.editions.edition import Edition
from digest.editions.mornings import Mornings
from digest.editions.store import move_deadline
from digest.editions.tables import EditionRow
from subscribers.store import change_standing, keep_timezone
from subscribers.subscriber import SubscriptionEvent
from subscribers.suppression_store import suppress, suppress_subscribers
from subscribers.tables import Consent, Subscriber, Subscription, Suppression
from subscribers.tokens import keyring


def test_the_audience_is_frozen_when_the_edition_is_published(ledger: Session, edition: Edition) -> None:
    assert store.closing(ledger, edition) == Closing(10, sent=0, failed=0, unknown=0, skipped=0, deferred=10)


def test_readers_who_come_after_publication_are_not_in_the_audience(database: Database, edition: Edition) -> None:
    enlist(database, 15)
    with database.reading() as session:
        assert store.closing(session, edition).eligible == 10
        assert store.audience_size(session, NEWSLETTER) == 15


def test_two_senders_never_hold_the_same_reader(ledger: Session, edition: Edition) -> None:
    first = store.claim(ledger, edition, "one", MORNING, most=6)
    second = store.claim(ledger, edition, "two", MORNING, most=6)
    held = [claim.reader.subscriber_id for claim in first + second]
    assert len(first) == 6
    assert len(second) == 4
    assert len(set(held)) == 10


def test_a_claim_skips_who_left_after_publication(ledger: Session, edition: Edition) -> None:
    leaving = ledger.exec(select(Delivery.subscription_id).order_by(Delivery.subscription_id)).all()[3]
    change_standing(ledger, leaving, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=MORNING)
    claims = store.claim(ledger, edition, "one", MORNING, most=10)
    assert leaving not in [claim.reader.subscription_id for claim in claims]
    assert store.closing(ledger, edition).skipped == 1
    row = ledger.exec(select(Delivery).where(Delivery.subscription_id == leaving)).one()
    assert (row.status, row.reply, row.attempts) == ("skipped", store.LEFT, 0)


def test_a_claim_skips_who_was_suppressed_after_publication(ledger: Session, edition: Edition) -> None:
    suppress(ledger, "reader7@example.org", keyring=keyring([SECRET]), reason="complaint", now=MORNING)
    claims = store.claim(ledger, edition, "one", MORNING, most=10)
    assert "reader7@example.org" not in [claim.reader.address for claim in claims]
    assert store.closing(ledger, edition).skipped == 1


def test_a_sent_delivery_keeps_the_relays_word(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    row = ledger.exec(select(Delivery).where(Delivery.subscriber_id == claim.reader.subscriber_id)).one()
    assert (row.status, row.attempts, row.reply_code, row.enhanced_code) == ("sent", 1, 250, "2.0.0")
    assert row.reply == "2.0.0 queued as 4711"


def test_a_deferred_delivery_waits_for_its_time_and_counts_its_attempts(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    later = MORNING + timedelta(minutes=5)
    greylisted = outcome_of_final_reply(451, "4.7.1 greylisted")
    record(ledger, edition, "one", came_to(claim, greylisted, DeliveryStatus.QUEUED, due=later))
    due_now = store.claim(ledger, edition, "two", MORNING, most=10)
    assert claim.reader not in [other.reader for other in due_now]
    [again] = store.claim(ledger, edition, "two", later, most=10)
    assert (again.reader, again.attempt) == (claim.reader, 2)
    kept = ledger.exec(select(Attempt)).one()
    assert (kept.number, kept.outcome, kept.reply_code, kept.enhanced_code) == (1, "deferred", 451, "4.7.1")


def test_what_a_dead_sender_held_is_unknown_and_what_a_living_one_holds_is_not(
    ledger: Session, edition: Edition
) -> None:
    store.claim(ledger, edition, "one", MORNING, most=2)
    store.claim(ledger, edition, "two", MORNING, most=3)
    store.beat(ledger, "two", "here", MORNING + timedelta(minutes=1))
    ledger.flush()
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    sums = store.closing(ledger, edition)
    assert (sums.unknown, sums.deferred) == (2, 8)


def test_a_sender_thought_dead_may_still_say_what_it_knows(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    assert store.closing(ledger, edition).sent == 1


def test_nobody_records_over_another_senders_claim(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "two", came_to(claim, TAKEN, DeliveryStatus.SENT))
    assert store.closing(ledger, edition).sent == 0


def test_after_the_deadline_the_tried_and_the_untried_have_failed(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    lost = not_begun("the connection was lost before the message")
    record(ledger, edition, "one", came_to(claim, lost, DeliveryStatus.QUEUED))
    store.give_up_queue(ledger, edition, edition.schedule.deadline)
    sums = store.settle(ledger, edition, edition.schedule.deadline)
    assert sums == Closing(10, sent=0, failed=10, unknown=0, skipped=0, deferred=0)
    replies = ledger.exec(select(Delivery.reply)).all()
    assert sorted(set(replies)) == sorted([store.NEVER_TRIED, lost.reply])


def test_nobody_gives_up_a_queue_whose_deadline_was_moved(ledger: Session, edition: Edition) -> None:
    deadline = edition.schedule.deadline
    move_deadline(ledger, edition, deadline + timedelta(hours=4))
    ledger.flush()
    store.give_up_queue(ledger, edition, deadline + timedelta(minutes=1))
    assert store.closing(ledger, edition).deferred == 10


def test_each_copy_is_due_in_its_readers_morning_and_given_up_when_that_is_over(
    database: Database, built: BuiltEdition
) -> None:
    here, west, east = enlist(database, 3)
    with database.writing() as session:
        keep_timezone(session, west, "America/New_York")
        keep_timezone(session, east, "Asia/Tokyo")
    mornings = Mornings(DAY, time(6), MORNING, timedelta(hours=4))
    edition = publish(database, built, built.schedule, MORNING, mornings=mornings).edition
    new_york, tokyo = MORNING + timedelta(hours=4), MORNING + timedelta(hours=15)
    assert edition.schedule.deadline == tokyo + timedelta(hours=4)
    with database.writing() as session:
        assert store.queue(session, edition) == store.Queue(MORNING, 0)
        [claim] = store.claim(session, edition, "one", MORNING, most=9)
        assert claim.reader.address == here
        assert store.queue(session, edition).next_due == new_york
    with database.writing() as session:
        store.give_up_queue(session, edition, new_york + timedelta(hours=4))
        session.flush()
        assert (store.closing(session, edition).failed, store.queue(session, edition).next_due) == (1, tokyo)
        store.forget_deadlines(session, edition)
        store.give_up_queue(session, edition, tokyo + timedelta(hours=3, minutes=59))
        assert store.closing(session, edition).failed == 1
        store.give_up_queue(session, edition, tokyo + timedelta(hours=4))
        assert store.closing(session, edition).failed == 2


def test_a_copy_that_is_to_go_out_again_is_not_past_its_morning_at_once(
    database: Database, built: BuiltEdition
) -> None:
    enlist(database, 1)
    mornings = Mornings(DAY, time(6), MORNING, timedelta(hours=4))
    edition = publish(database, built, built.schedule, MORNING, mornings=mornings).edition
    later = MORNING + timedelta(hours=5)
    with database.writing() as session:
        [claim] = store.claim(session, edition, "one", MORNING, most=1)
        record(session, edition, "one", came_to(claim, unanswered("the line was cut"), DeliveryStatus.UNKNOWN))
        move_deadline(session, edition, later + timedelta(hours=1))
        store.resolve_unknown(session, edition, DeliveryStatus.QUEUED, later)
        session.flush()
        store.give_up_queue(session, edition, later)
        assert store.closing(session, edition).deferred == 1


def test_a_claim_given_back_is_as_if_it_had_never_been_made(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    store.give_back(ledger, edition, "one", [(claim, MORNING)], MORNING)
    [again] = store.claim(ledger, edition, "two", MORNING, most=1)
    assert (again.reader, again.attempt) == (claim.reader, 1)


def test_a_reader_lost_from_the_ledger_keeps_the_equation_open(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=10):
        record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    ledger.delete(ledger.exec(select(Delivery)).first())
    ledger.flush()
    sums = store.closing(ledger, edition)
    assert (sums.eligible, sums.sent, sums.missing) == (10, 9, 1)
    assert not sums.is_whole
    assert "1 MISSING" in str(sums)


def test_settling_twice_keeps_the_first_instant(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=10):
        record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    store.settle(ledger, edition, MORNING)
    store.settle(ledger, edition, MORNING + timedelta(hours=1))
    assert ledger.get_one(EditionRow, edition.id).settled_at == MORNING


def test_many_who_left_are_passed_over_in_one_claim(ledger: Session, edition: Edition) -> None:
    numbers = ledger.exec(select(Delivery.subscription_id).order_by(Delivery.subscriber_id)).all()
    for number in numbers[:-1]:
        change_standing(ledger, number, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=MORNING)
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    assert claim.reader.subscription_id == numbers[-1]
    assert store.closing(ledger, edition).skipped == 9


def test_an_edition_is_settled_only_when_nothing_is_open(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=9):
        record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    assert not store.settle(ledger, edition, MORNING).is_settled
    [last] = store.claim(ledger, edition, "one", MORNING, most=9)
    record(ledger, edition, "one", came_to(last, TAKEN, DeliveryStatus.SENT))
    assert store.settle(ledger, edition, MORNING).is_settled


def test_a_group_of_outcomes_is_recorded_at_once_each_as_it_was(ledger: Session, edition: Edition) -> None:
    claims = store.claim(ledger, edition, "one", MORNING, most=4)
    later = MORNING + timedelta(minutes=5)
    full, lost = outcome_of_final_reply(452, "4.2.2 mailbox full"), unanswered("the line dropped")
    record(
        ledger,
        edition,
        "one",
        came_to(claims[0], TAKEN, DeliveryStatus.SENT),
        came_to(claims[1], full, DeliveryStatus.QUEUED, due=later),
        came_to(claims[2], GONE, DeliveryStatus.FAILED),
        came_to(claims[3], lost, DeliveryStatus.UNKNOWN),
    )
    rows = [row_of(ledger, claim) for claim in claims]
    assert [row.status for row in rows] == ["sent", "queued", "failed", "unknown"]
    assert [row.reply for row in rows] == [TAKEN.reply, full.reply, GONE.reply, lost.reply]
    assert [row.reply_code for row in rows] == [250, 452, 550, None]
    assert rows[1].next_attempt_at == later
    kept = ledger.exec(select(Attempt).order_by(col(Attempt.subscriber_id))).all()
    assert [(each.number, each.outcome) for each in kept] == [(1, "deferred"), (1, "failed"), (1, "unknown")]


def test_recording_a_group_again_changes_nothing(ledger: Session, edition: Edition) -> None:
    claims = store.claim(ledger, edition, "one", MORNING, most=2)
    group = [
        came_to(claims[0], not_begun("lost"), DeliveryStatus.QUEUED),
        came_to(claims[1], GONE, DeliveryStatus.FAILED),
    ]
    record(ledger, edition, "one", *group)
    [again] = [claim for claim in store.claim(ledger, edition, "two", MORNING, most=1) if claim.attempt == 2]
    record(ledger, edition, "one", *group)
    assert row_of(ledger, again).status == "claimed"
    assert len(ledger.exec(select(Attempt)).all()) == 2


def test_an_outcome_of_an_earlier_attempt_is_not_taken_for_the_present_one(ledger: Session, edition: Edition) -> None:
    [first] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(first, not_begun("lost"), DeliveryStatus.QUEUED))
    [second] = store.claim(ledger, edition, "one", MORNING, most=1)
    record(ledger, edition, "one", came_to(first, GONE, DeliveryStatus.FAILED))
    assert (row_of(ledger, second).status, second.attempt) == ("claimed", 2)


def test_the_ledger_outlives_an_erased_reader(database: Database, edition: Edition) -> None:
    with database.writing() as session:
        store.beat(session, "one", "here", MORNING)
        [claim] = store.claim(session, edition, "one", MORNING, most=1)
        waiting = session.exec(select(Delivery.subscription_id).where(Delivery.status == "queued")).first()
    with database.writing() as session:
        for number in (claim.reader.subscription_id, waiting):
            subscriber = session.exec(select(Subscription.subscriber_id).where(Subscription.id == number)).one()
            session.execute(delete(Consent).where(col(Consent.subscription_id) == number))
            session.execute(delete(Subscription).where(col(Subscription.id) == number))
            session.execute(delete(Subscriber).where(col(Subscriber.id) == subscriber))
    with database.writing() as session:
        record(session, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
        assert len(store.claim(session, edition, "one", MORNING, most=10)) == 8
        sums = store.closing(session, edition)
        assert (sums.sent, sums.skipped, sums.missing) == (1, 1, 0)


@pytest.mark.parametrize(
    ("outcome", "is_suppressed"),
    [
        (outcome_of_final_reply(550, "5.1.1 no such user"), True),
        (outcome_of_final_reply(550, "5.1.1 blocked for spam"), False),
        (outcome_of_final_reply(550, "5.7.1 not from you"), False),
        (outcome_of_final_reply(550, "no such user"), False),
        (outcome_of_final_reply(552, "5.2.2 mailbox full"), False),
        (outcome_of_final_reply(451, "5.1.1 a code that does not go with its reply"), False),
    ],
)
def test_an_address_refused_for_good_and_nothing_else_is_suppressed_b04(
    ledger: Session, edition: Edition, outcome: Outcome, is_suppressed: bool
) -> None:
    claims = store.claim(ledger, edition, "one", MORNING, most=2)
    record(ledger, edition, "one", *[came_to(claim, outcome, DeliveryStatus.FAILED) for claim in claims])
    reasons = ledger.exec(select(Suppression.reason)).all()
    assert reasons == ["refused with 5.1.1 when morning of 2026-03-14 was sent"] * (2 if is_suppressed else 0)
    assert store.audience_size(ledger, NEWSLETTER) == (8 if is_suppressed else 10)


def test_who_is_suppressed_already_keeps_the_first_reason(ledger: Session, edition: Edition) -> None:
    suppress(ledger, "reader1@example.org", keyring=keyring([SECRET]), reason="complaint", now=MORNING)
    ledger.flush()
    numbers = ledger.exec(select(Subscriber.id)).all()
    suppress_subscribers(ledger, [number for number in numbers if number], "refused", MORNING)
    assert sorted(ledger.exec(select(Suppression.reason)).all()) == ["complaint", *["refused"] * 9]
    assert store.claim(ledger, edition, "one", MORNING, most=10) == []


def test_claims_are_given_back_each_for_its_own_time(ledger: Session, edition: Edition) -> None:
    first, second, third = store.claim(ledger, edition, "one", MORNING, most=3)
    later = MORNING + timedelta(seconds=3)
    store.give_back(ledger, edition, "one", [(first, MORNING), (second, later)], MORNING)
    assert store.queue(ledger, edition) == store.Queue(MORNING, claimed=1)
    due = store.claim(ledger, edition, "two", MORNING, most=10)
    assert {first.reader, second.reader, third.reader} & {claim.reader for claim in due} == {first.reader}
    [again] = store.claim(ledger, edition, "two", later, most=10)
    assert (again.reader, again.attempt) == (second.reader, 1)


def test_nobody_gives_back_another_senders_claim(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    store.give_back(ledger, edition, "two", [(claim, MORNING)], MORNING)
    assert row_of(ledger, claim).claimed_by == "one"


def test_claims_that_a_sender_does_not_know_of_are_given_back(ledger: Session, edition: Edition) -> None:
    known, stray = store.claim(ledger, edition, "one", MORNING, most=2)
    [other] = store.claim(ledger, edition, "two", MORNING, most=1)
    store.give_back_strays(ledger, edition, "one", [known.reader.subscriber_id], MORNING)
    assert [row_of(ledger, claim).status for claim in (known, stray, other)] == ["claimed", "queued", "claimed"]
    assert row_of(ledger, stray).attempts == 0


def test_a_delivery_is_in_hand_from_its_claim_to_its_outcome(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    number = claim.reader.subscription_id
    others = set(ledger.exec(select(Delivery.subscription_id)).all()) - {number}
    assert store.in_hand(ledger, number)
    assert not any(store.in_hand(ledger, other) for other in others)
    record(ledger, edition, "one", came_to(claim, TAKEN, DeliveryStatus.SENT))
    assert not store.in_hand(ledger, number)


def test_what_a_silent_sender_known_to_live_has_in_hand_stays_claimed(ledger: Session, edition: Edition) -> None:
    store.claim(ledger, edition, "one", MORNING, most=2)
    store.claim(ledger, edition, "two", MORNING, most=3)
    hour_later = MORNING + timedelta(hours=1)
    assert store.mark_abandoned(ledger, edition, hour_later, alive={"two", "three"}) == 2
    assert store.mark_abandoned(ledger, edition, hour_later) == 3
    assert store.closing(ledger, edition).unknown == 5


def test_what_may_be_out_is_unknown_and_not_failed_when_its_second_try_never_comes_law_6(
    ledger: Session, edition: Edition
) -> None:
    first, second = store.claim(ledger, edition, "one", MORNING, most=2)
    record(ledger, edition, "one", came_to(first, unanswered("the line dropped"), DeliveryStatus.QUEUED))
    store.mark_abandoned(ledger, edition, MORNING + timedelta(minutes=1))
    assert store.resolve_unknown(ledger, edition, DeliveryStatus.QUEUED, MORNING) == 1
    store.give_up_queue(ledger, edition, edition.schedule.deadline)
    sums = store.settle(ledger, edition, edition.schedule.deadline)
    assert (sums.unknown, sums.failed) == (2, 8)
    assert row_of(ledger, second).reply == store.ABANDONED


def test_an_attempt_nobody_knows_the_end_of_is_kept_when_it_is_made_again(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    died = MORNING + timedelta(minutes=1)
    store.mark_abandoned(ledger, edition, died)
    store.resolve_unknown(ledger, edition, DeliveryStatus.QUEUED, MORNING)
    kept = ledger.exec(select(Attempt)).one()
    assert (kept.number, kept.outcome, kept.at, kept.reply) == (1, "unknown", died, store.ABANDONED)
    [again] = [other for other in store.claim(ledger, edition, "two", MORNING, most=10) if other.reader == claim.reader]
    assert again.attempt == 2


def test_the_audience_is_those_and_only_those_who_may_be_mailed(database: Database, built: BuiltEdition) -> None:
    enlist(database, 9)
    enlist(database, 3, newsletter="weekend")
    with database.writing() as session:
        for subscription in session.exec(select(Subscription).where(Subscription.newsletter == NEWSLETTER)):
            reader = session.get_one(Subscriber, subscription.subscriber_id).email
            standings = {"reader1@example.org": "unsubscribed", "reader2@example.org": "pending"}
            subscription.status = standings.get(reader, subscription.status)
        for address in ("reader1@example.org", "reader5@example.org", "nobody@example.org"):
            suppress(session, address, keyring=keyring([SECRET]), reason="complaint", now=MORNING)
    with database.reading() as session:
        assert store.audience_size(session, NEWSLETTER) == 6
        assert store.audience_size(session, NEWSLETTER, ["example.org"]) == 6
        assert store.audience_size(session, NEWSLETTER, ["example.com"]) == 0
    edition = publish(database, built, built.schedule, MORNING).edition
    with database.writing() as session:
        assert store.closing(session, edition) == Closing(6, sent=0, failed=0, unknown=0, skipped=0, deferred=6)
        claims = store.claim(session, edition, "one", MORNING, most=10)
    expected = [f"reader{number}@example.org" for number in (3, 4, 6, 7, 8, 9)]
    assert sorted(claim.reader.address for claim in claims) == expected


def test_the_ledger_is_laid_out_in_the_order_of_its_key_whatever_order_the_readers_came_in(
    database: Database, built: BuiltEdition
) -> None:
    enlist(database, 9, newsletter="weekend")
    with database.writing() as session:
        for number in session.exec(select(Subscriber.id).order_by(col(Subscriber.id).desc())).all():
            subscription = {"newsletter": NEWSLETTER, "status": "active", "changed_at": MORNING}
            session.add(Subscription(subscriber_id=number, **subscription))
            session.flush()
    publish(database, built, built.schedule, MORNING)
    place = text("rowid" if database.is_sqlite else "ctid")
    with database.reading() as session:
        laid_out = session.exec(select(Delivery.subscriber_id).order_by(place)).all()
    assert len(laid_out) == 9
    assert laid_out == sorted(laid_out)
