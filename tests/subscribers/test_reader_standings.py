"""Where a reader stands, and that suppression outranks every move (B11)."""

import pytest
from newsroom import CUTOFF, MORNING, SECRET, enlist
from sqlmodel import select

from subscribers.store import Standing, change_standing, reader_standings
from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError, suppress
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.tokens import keyring


@pytest.fixture
def session(database):
    enlist(database, 2, "morning")
    enlist(database, 2, "evening")
    with database.writing() as opened:
        yield opened


def number_of(session, address, newsletter):
    return session.exec(
        select(Subscription.id)
        .join(Subscriber)
        .where(Subscriber.email == address, Subscription.newsletter == newsletter)
    ).one()


def suppress_reader(session):
    suppress(session, "reader1@example.org", keyring=keyring([SECRET]), reason="complaint", now=MORNING)
    session.flush()


def test_a_link_leads_to_all_standings_of_its_reader_and_to_nobody_elses(session):
    morning, evening = (number_of(session, "reader1@example.org", name) for name in ("morning", "evening"))
    reader = reader_standings(session, morning)
    assert reader.address == "reader1@example.org"
    assert reader.is_suppressed is False
    assert reader.standings == (
        Standing(evening, "evening", SubscriptionStatus.ACTIVE, CUTOFF),
        Standing(morning, "morning", SubscriptionStatus.ACTIVE, CUTOFF),
    )
    assert reader.of(morning).newsletter == "morning"


def test_a_suppressed_reader_is_known_as_such(session):
    suppress_reader(session)
    assert reader_standings(session, number_of(session, "reader1@example.org", "morning")).is_suppressed is True
    assert reader_standings(session, number_of(session, "reader2@example.org", "morning")).is_suppressed is False


def test_an_erased_reader_has_no_standings(session):
    assert reader_standings(session, 2**31 - 1) is None


def move(session, number, event):
    return change_standing(session, number, event, provenance="test", now=MORNING)


@pytest.mark.parametrize("before", ["unsubscribed", "active"])
def test_no_return_makes_a_suppressed_address_active(session, before):
    number = number_of(session, "reader1@example.org", "morning")
    session.get_one(Subscription, number).status = before
    suppress_reader(session)
    with pytest.raises(SuppressedAddressError, match="must not be mailed"):
        move(session, number, SubscriptionEvent.RESUBSCRIBE)
    assert session.get_one(Subscription, number).status == before
    assert session.exec(select(Consent.event).where(Consent.subscription_id == number)).all() == ["import"]


def test_a_suppressed_reader_may_leave(session):
    number = number_of(session, "reader1@example.org", "morning")
    suppress_reader(session)
    assert move(session, number, SubscriptionEvent.UNSUBSCRIBE).status == "unsubscribed"


def test_another_address_returns_as_before(session):
    suppress_reader(session)
    number = number_of(session, "reader2@example.org", "morning")
    move(session, number, SubscriptionEvent.UNSUBSCRIBE)
    assert move(session, number, SubscriptionEvent.RESUBSCRIBE).status == "active"


def test_who_never_confirmed_cannot_return(session):
    number = number_of(session, "reader2@example.org", "morning")
    session.get_one(Subscription, number).status = "pending"
    with pytest.raises(IllegalMoveError, match="pending can't resubscribe"):
        move(session, number, SubscriptionEvent.RESUBSCRIBE)
