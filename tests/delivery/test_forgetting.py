"""A reader who is forgotten: nothing of them is left in any table, and the ledger still adds up."""

from datetime import timedelta

import pytest
from newsroom import MORNING, SECRET
from recorded import TAKEN, came_to, record
from sqlmodel import select

from digest.database import Database
from digest.delivery import store
from digest.delivery.forgetting import StillInHandError, forget_reader
from digest.delivery.history import past_deliveries
from digest.delivery.ledger import DeliveryStatus
from digest.delivery.outcome import Outcome, outcome_of_final_reply
from digest.editions.edition import Edition
from digest.upgrading import METADATA
from subscribers.erasing import FORGOTTEN
from subscribers.record import find_reader, find_suppression
from subscribers.signup_tables import SystemMail
from subscribers.tokens import keyring

RING = keyring([SECRET])
ADDRESS = "reader10@example.org"  # the first by their key
QUOTING = f"4.7.1 <{ADDRESS}>: greylisted; user reader10 unknown here"


def forget(database: Database, address: str = ADDRESS, **how):
    return forget_reader(database, address, keyring=RING, now=MORNING, **how)


def traces(database: Database, *words: str) -> list[str]:
    """Return the tables in which one of *words* stands."""
    with database.engine.connect() as connection:
        told = {table.name: repr(connection.execute(table.select()).all()) for table in METADATA.sorted_tables}
    return [name for name, rows in told.items() if any(word in rows for word in words)]


def first_claim(database: Database, edition: Edition) -> store.Claim:
    """Take the first reader's copy in hand, as sender one."""
    with database.writing() as session:
        store.beat(session, "one", "here", MORNING)
        [claim] = store.claim(session, edition, "one", MORNING, most=1)
        assert claim.reader.address == ADDRESS
        return claim


def comes_to(
    database: Database, edition: Edition, claim: store.Claim, outcome: Outcome, status: DeliveryStatus
) -> None:
    with database.writing() as session:
        record(session, edition, "one", came_to(claim, outcome, status))


def closed(database: Database, edition: Edition):
    with database.reading() as session:
        return store.closing(session, edition)


@pytest.mark.parametrize("last", [DeliveryStatus.SENT, DeliveryStatus.FAILED])
def test_nothing_is_left_of_a_forgotten_reader_but_the_keyed_hash(
    database: Database, edition: Edition, last: DeliveryStatus
) -> None:
    comes_to(
        database, edition, first_claim(database, edition), outcome_of_final_reply(451, QUOTING), DeliveryStatus.QUEUED
    )
    outcome = TAKEN if last is DeliveryStatus.SENT else outcome_of_final_reply(550, QUOTING)
    comes_to(database, edition, first_claim(database, edition), outcome, last)
    with database.reading() as session:
        reader = find_reader(session, ADDRESS)
    assert reader is not None
    assert {"attempt", "subscriber"} <= set(traces(database, ADDRESS, "reader10 "))
    before = closed(database, edition)

    erased = forget(database)

    assert erased is not None
    assert (erased.subscriptions, erased.consents) == (1, 2)
    assert traces(database, ADDRESS, "reader10 ") == []
    assert traces(database, RING.address_hash(ADDRESS)) == ["suppression"]
    assert closed(database, edition) == before
    with database.reading() as session:
        [past] = past_deliveries(session, reader.subscriber_id)
        suppression = find_suppression(session, ADDRESS, RING)
    assert (past.status, past.reply_code, past.reply) == (last, outcome.code, None)
    assert [(each.reply_code, each.enhanced_code, each.reply) for each in past.unsent][:1] == [(451, "4.7.1", "")]
    assert suppression is not None
    assert suppression.reason == FORGOTTEN


def test_who_is_forgotten_before_their_copy_is_skipped(database: Database, edition: Edition) -> None:
    assert forget(database) is not None
    assert forget(database) is None
    with database.writing() as session:
        store.beat(session, "one", "here", MORNING)
        claimed = store.claim(session, edition, "one", MORNING, most=100)
    assert len(claimed) == 9
    assert (closed(database, edition).eligible, closed(database, edition).skipped) == (10, 1)


def test_it_waits_for_the_copy_that_is_in_hand(database: Database, edition: Edition) -> None:
    claim = first_claim(database, edition)
    waited = []

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        comes_to(database, edition, claim, outcome_of_final_reply(550, QUOTING), DeliveryStatus.FAILED)

    assert forget(database, pause=meanwhile) is not None
    assert len(waited) == 1
    assert traces(database, ADDRESS, "reader10 ") == []


def test_while_a_dead_senders_journal_may_still_quote_them_nothing_is_erased(
    database: Database, edition: Edition
) -> None:
    first_claim(database, edition)
    with database.writing() as session:
        store.mark_abandoned(session, edition, MORNING + timedelta(hours=1))
    with pytest.raises(StillInHandError, match="mailed no more"):
        forget(database)
    with database.writing() as session:
        reader = find_reader(session, ADDRESS)
        assert reader is not None
        assert [each.status for each in reader.subscriptions] == ["unsubscribed"]
        store.resolve_unknown(session, edition, DeliveryStatus.FAILED, MORNING)
    assert forget(database) is not None
    assert traces(database, ADDRESS) == []


def test_what_a_relay_said_of_a_mail_that_asked_them_goes_too(database: Database, edition: Edition) -> None:
    assert edition.id
    mail = SystemMail(
        kind="confirm",
        address_hash=RING.address_hash(ADDRESS),
        subscriber_id=1,
        new_email=ADDRESS,
        status="begun",
        created_at=MORNING,
        due_at=MORNING,
        changed_at=MORNING,
        reply_code=550,
        reply=QUOTING,
    )
    with database.writing() as session:
        session.add(mail)
    with pytest.raises(StillInHandError):
        forget(database)
    with database.writing() as session:
        session.exec(select(SystemMail)).one().status = "failed"
    assert forget(database) is not None
    assert traces(database, ADDRESS, "reader10 ") == []
    with database.reading() as session:
        left = session.exec(select(SystemMail)).one()
    assert (left.status, left.reply_code, left.reply, left.new_email) == ("failed", 550, None, None)


def test_of_nobody_nothing_is_written(database: Database) -> None:
    assert forget(database, "nobody@example.org") is None
    assert traces(database, RING.address_hash("nobody@example.org")) == []
