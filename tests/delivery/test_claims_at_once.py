"""Several at the ledger at the same moment. SQLite has one writer, so this is about PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from newsroom import MORNING
from sqlalchemy import text
from sqlmodel import Session, select

from digest.database import Database
from digest.delivery import store
from digest.delivery.tables import Delivery
from digest.editions.edition import Edition
from subscribers.store import change_standing
from subscribers.subscriber import SubscriptionEvent

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator["Future[object]"]:
    """Do *act* in another thread while the block runs."""
    with ThreadPoolExecutor(1) as other:
        yield other.submit(act)


def wait_until_somebody_waits(database: Database) -> None:
    """Return when a transaction waits for another one's lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    pause = threading.Event()
    for _ in range(500):
        with database.reading() as session:
            if session.execute(waiting).scalar_one():
                return
        pause.wait(0.01)
    raise AssertionError("nobody waited")


def leave(session: Session, subscription_id: int) -> None:
    change_standing(session, subscription_id, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=MORNING)
    session.flush()


def some_reader(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(Delivery.subscription_id).order_by(Delivery.subscription_id)).all()[3]


def test_two_transactions_never_claim_the_same_reader(database: Database, edition: Edition) -> None:
    with database.writing() as one, database.writing() as two:
        first = store.claim(one, edition, "one", MORNING, most=4)
        second = store.claim(two, edition, "two", MORNING, most=4)
        third = store.claim(one, edition, "one", MORNING, most=4)
    held = [claim.reader.subscriber_id for claim in first + second + third]
    assert len(held) == len(set(held)) == 10


def test_many_senders_share_an_edition_to_the_last_reader(database: Database, edition: Edition) -> None:
    def drain(sender: str) -> list[int]:
        mine: list[int] = []
        while True:
            with database.writing() as session:
                claims = store.claim(session, edition, sender, MORNING, most=1)
            if not claims:
                return mine
            mine += [claim.reader.subscriber_id for claim in claims]

    with ThreadPoolExecutor(4) as senders:
        taken = [number for mine in senders.map(drain, "abcd") for number in mine]
    assert len(taken) == len(set(taken)) == 10


def test_who_is_just_leaving_is_not_claimed_by_a_statement_that_began_before_law_5(
    database: Database, edition: Edition
) -> None:
    leaving = some_reader(database)

    def claim_all() -> list[int]:
        with database.writing() as session:
            return [claim.reader.subscription_id for claim in store.claim(session, edition, "one", MORNING, most=10)]

    with database.writing() as session:
        leave(session, leaving)
        with meanwhile(claim_all) as claiming:
            wait_until_somebody_waits(database)  # the claim has begun, and saw the reader still subscribed
            session.commit()
            claimed = claiming.result(timeout=10)
    assert isinstance(claimed, list)
    assert len(claimed) == 9
    assert leaving not in claimed
    with database.reading() as session:
        assert store.closing(session, edition).skipped == 1


def test_who_left_while_they_were_being_claimed_is_seen_to_be_in_hand_law_5(
    database: Database, edition: Edition
) -> None:
    leaving = some_reader(database)

    def leave_now() -> bool:
        with database.writing() as session:
            leave(session, leaving)
        with database.reading() as session:
            return store.in_hand(session, leaving)

    with database.writing() as session:
        store.claim(session, edition, "one", MORNING, most=10)
        with meanwhile(leave_now) as left:
            wait_until_somebody_waits(database)
            assert not left.done()
            session.commit()
            assert left.result(timeout=10) is True


def test_what_is_just_being_recorded_is_not_marked_abandoned(database: Database, edition: Edition) -> None:
    with database.writing() as session:
        claims = store.claim(session, edition, "slow", MORNING, most=3)
    with database.writing() as session:
        store.give_back(session, edition, "slow", [(claims[0], MORNING)], MORNING)
        with database.writing() as other:
            assert store.mark_abandoned(other, edition, MORNING) == 2
    with database.reading() as session:
        sums = store.closing(session, edition)
    assert (sums.unknown, sums.deferred) == (2, 8)
