"""The ledger in the database: frozen audience, claims that re-read standing, outcomes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, SECRET, configure, enlist, stock
from sqlmodel import Session, select

from digest.building import build_edition
from digest.database import Database
from digest.delivery import store
from digest.delivery.ledger import Closing, DeliveryStatus, Verdict
from digest.delivery.outcome import not_begun, outcome_of_final_reply
from digest.delivery.publishing import publish
from digest.delivery.tables import Attempt, Delivery
from digest.editions.edition import Edition
from digest.editions.store import move_deadline
from digest.editions.tables import EditionRow
from subscribers.store import change_standing, suppress
from subscribers.subscriber import SubscriptionEvent
from subscribers.tokens import keyring

TAKEN = outcome_of_final_reply(250, "2.0.0 queued as 4711")


@pytest.fixture
def edition(database: Database, tmp_path: Path) -> Edition:
    """Publish an edition to ten readers."""
    settings = configure(tmp_path, database.url)
    stock(database)
    enlist(database, 10)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    return publish(database, built, built.schedule, MORNING).edition


@pytest.fixture
def ledger(database: Database, edition: Edition) -> Iterator[Session]:  # noqa: ARG001 - published before it is opened
    """Open one transaction with two senders signed on."""
    with database.writing() as session:
        for sender in ("one", "two"):
            store.beat(session, sender, "here", MORNING)
        session.flush()
        yield session


def verdict(status: DeliveryStatus) -> Verdict:
    return Verdict(status, MORNING)


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
    store.record(ledger, edition, "one", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    row = ledger.exec(select(Delivery).where(Delivery.subscriber_id == claim.reader.subscriber_id)).one()
    assert (row.status, row.attempts, row.reply_code, row.enhanced_code) == ("sent", 1, 250, "2.0.0")
    assert row.reply == "2.0.0 queued as 4711"


def test_a_deferred_delivery_waits_for_its_time_and_counts_its_attempts(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    later = MORNING + timedelta(minutes=5)
    greylisted = outcome_of_final_reply(451, "4.7.1 greylisted")
    store.record(ledger, edition, "one", claim, greylisted, Verdict(DeliveryStatus.QUEUED, later), MORNING)
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
    store.record(ledger, edition, "one", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    assert store.closing(ledger, edition).sent == 1


def test_nobody_records_over_another_senders_claim(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    store.record(ledger, edition, "two", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    assert store.closing(ledger, edition).sent == 0


def test_after_the_deadline_the_tried_and_the_untried_have_failed(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    lost = not_begun("the connection was lost before the message")
    store.record(ledger, edition, "one", claim, lost, verdict(DeliveryStatus.QUEUED), MORNING)
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


def test_a_claim_given_back_is_as_if_it_had_never_been_made(ledger: Session, edition: Edition) -> None:
    [claim] = store.claim(ledger, edition, "one", MORNING, most=1)
    store.give_back(ledger, edition, "one", claim, MORNING)
    [again] = store.claim(ledger, edition, "two", MORNING, most=1)
    assert (again.reader, again.attempt) == (claim.reader, 1)


def test_a_reader_lost_from_the_ledger_keeps_the_equation_open(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=10):
        store.record(ledger, edition, "one", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    ledger.delete(ledger.exec(select(Delivery)).first())
    ledger.flush()
    sums = store.closing(ledger, edition)
    assert (sums.eligible, sums.sent, sums.missing) == (10, 9, 1)
    assert not sums.is_whole
    assert "1 MISSING" in str(sums)


def test_settling_twice_keeps_the_first_instant(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=10):
        store.record(ledger, edition, "one", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
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


# PostgreSQL plans by statistics, which ten rows do not give.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_claim_finds_its_reader_by_the_index_alone(database: Database, edition: Edition) -> None:
    statement = store.claim_statement(edition, "one", MORNING, most=1)
    with database.engine.connect() as connection:
        compiled = statement.compile(database.engine)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", _positional(compiled)).all()
    steps = [str(row[-1]) for row in plan]
    assert any("ix_delivery_queue" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN delivery") for step in steps), steps


def _positional(compiled: Any) -> tuple[Any, ...]:
    values = compiled.construct_params()
    processors = compiled._bind_processors
    return tuple(
        processors[name](values[name]) if name in processors else values[name] for name in compiled.positiontup
    )


def test_an_edition_is_settled_only_when_nothing_is_open(ledger: Session, edition: Edition) -> None:
    for claim in store.claim(ledger, edition, "one", MORNING, most=9):
        store.record(ledger, edition, "one", claim, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    assert not store.settle(ledger, edition, MORNING).is_settled
    [last] = store.claim(ledger, edition, "one", MORNING, most=9)
    store.record(ledger, edition, "one", last, TAKEN, verdict(DeliveryStatus.SENT), MORNING)
    assert store.settle(ledger, edition, MORNING).is_settled
