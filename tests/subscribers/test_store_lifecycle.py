"""The lifecycle in the database: signed up, asked, confirmed, paused, resumed, purged."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sample_readers import KEYS, LATER, NOW, intake, newcomer
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from subscribers.consent_store import Evidence, keep_wording, wording_text
from subscribers.lifecycle_store import confirm, mark_asked, pause, resume_due
from subscribers.purging import Purged, purge_unconfirmed
from subscribers.record import find_reader
from subscribers.store import change_standing, mailable, sign_up_row, subscribe_imported
from subscribers.subscriber import IllegalMoveError, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import SuppressedAddressError, suppress
from subscribers.tables import Consent, Subscriber, Subscription, Suppression, Wording

DAY = timedelta(days=1)
ADA, BOB, CYD, EVE = (f"{name}@example.org" for name in ("ada", "bob", "cyd", "eve"))
FORM = Evidence("0123456789abcdef", "192.0.2.0/24", "https://quay.example/story")


@pytest.fixture
def session(database):
    with database.writing() as opened:
        yield opened


def sign_up(session, address=ADA, newsletter="daily", now=NOW, evidence=FORM):
    return sign_up_row(session, newcomer(address), intake(newsletter, "the form", now), evidence)


def enlist(session, address=ADA, newsletter="daily", now=NOW):
    subscribe_imported(session, [newcomer(address)], intake(newsletter, now=now))


def confirmed(session, mail, now=NOW, also=()):
    standings = confirm(session, 1, mail, provenance="the confirmation page", now=now, also=also)
    return {standing.newsletter: standing.status for standing in standings}


def leave(session, number=1, now=NOW):
    change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="a link", now=now)


def mailed(session, newsletter="daily"):
    return [subscription for _, subscription in session.execute(mailable(newsletter))]


def subscription(session, number=1):
    session.expire_all()
    return session.get_one(Subscription, number)


def stop(session, address=ADA):
    suppress(session, address, keyring=KEYS, reason="complaint", now=NOW)
    session.flush()


def events(session):
    return list(session.exec(select(Consent.event).order_by(Consent.id)))


def test_who_is_signed_up_is_pending_and_not_mailed_until_they_press_the_button_of_the_mail(session):
    assert sign_up(session) is None
    assert mailed(session) == []
    assert mark_asked(session, 1, mail=5) == ("daily",)
    assert confirmed(session, mail=5, now=LATER) == {"daily": "active"}
    row = subscription(session)
    assert (row.confirmed_at, row.changed_at, row.asked_in) == (LATER, LATER, 5)
    assert mailed(session) == [1]


def test_a_sign_up_and_its_confirmation_are_on_record_with_all_that_is_known_of_them_s13(session):
    version = keep_wording(session, "Send me the headlines.", NOW)
    assert keep_wording(session, "Send me the headlines.", LATER) == version
    sign_up(session, evidence=Evidence(version, "192.0.2.0/24", "https://quay.example/story"))
    mark_asked(session, 1, mail=5)
    confirmed(session, mail=5, now=LATER)
    session.flush()
    [recorded] = find_reader(session, ADA).subscriptions
    assert [(event.event, event.at) for event in recorded.consent] == [("sign_up", NOW), ("confirm", LATER)]
    asked = recorded.consent[0]
    assert (asked.wording, asked.ip, asked.page) == (version, "192.0.2.0/24", "https://quay.example/story")
    assert recorded.confirmed_at == LATER
    assert wording_text(session, version) == "Send me the headlines."
    assert wording_text(session, "another") is None
    assert session.exec(select(Wording.first_used_at)).one() == NOW


def test_a_consent_record_can_be_erased_and_not_changed_s13(database):
    with database.writing() as session:
        enlist(session)
    for change in ("UPDATE consent SET event = 'confirm'", "UPDATE consent SET at = at"):
        with pytest.raises(DBAPIError, match="consent is append-only"), database.writing() as session:
            session.execute(text(change))
    with database.writing() as session:
        assert events(session) == ["import"]
        session.execute(text("DELETE FROM consent"))
        assert events(session) == []


def test_signing_up_again_changes_nothing_where_the_reader_is_asked_or_in_already(session):
    sign_up(session)
    mark_asked(session, 1, mail=5)
    assert sign_up(session, now=LATER) is SubscriptionStatus.PENDING
    assert (subscription(session).changed_at, subscription(session).asked_in) == (NOW, 5)
    confirmed(session, mail=5)
    assert sign_up(session, now=LATER) is SubscriptionStatus.ACTIVE
    pause(session, 1, LATER, provenance="x", now=NOW)
    assert sign_up(session, now=LATER) is SubscriptionStatus.PAUSED
    assert events(session) == ["sign_up", "confirm", "pause"]


def test_an_old_mail_confirms_neither_what_was_left_since_nor_what_was_asked_for_after_that(session):
    sign_up(session)
    mark_asked(session, 1, mail=5)
    confirmed(session, mail=5)
    leave(session)
    assert confirmed(session, mail=5) == {"daily": "unsubscribed"}
    sign_up(session, now=LATER)
    assert (subscription(session).status, subscription(session).confirmed_at) == ("returning", None)
    assert confirmed(session, mail=5) == {}
    assert mark_asked(session, 1, mail=9) == ("daily",)
    assert mailed(session) == []
    assert confirmed(session, mail=9, now=LATER) == {"daily": "active"}


def test_a_strangers_further_sign_up_does_not_ride_on_the_readers_own_confirmation_s14(session):
    sign_up(session)
    mark_asked(session, 1, mail=5)
    sign_up(session, newsletter="weekly")
    assert confirmed(session, mail=5) == {"daily": "active"}
    assert (mailed(session), mailed(session, "weekly")) == ([1], [])
    assert confirmed(session, mail=5, also=["weekly", "unheard-of"]) == {"daily": "active", "weekly": "active"}


def test_a_second_mail_leaves_the_button_of_the_first_good(session):
    sign_up(session)
    mark_asked(session, 1, mail=5)
    sign_up(session, newsletter="weekly")
    assert mark_asked(session, 1, mail=6) == ("daily", "weekly")
    assert confirmed(session, mail=5) == {"daily": "active"}
    assert confirmed(session, mail=6) == {"daily": "active", "weekly": "active"}
    assert events(session) == ["sign_up", "sign_up", "confirm", "confirm"]


def test_a_suppressed_reader_can_neither_sign_up_nor_be_asked_nor_confirm_nor_pause_b11(session):
    stop(session)
    with pytest.raises(SuppressedAddressError, match="the address is suppressed"):
        sign_up(session)
    assert session.exec(select(func.count()).select_from(Subscriber)).one() == 0
    session.delete(session.exec(select(Suppression)).one())
    sign_up(session)
    stop(session)
    assert mark_asked(session, 1, mail=5) == ()
    with pytest.raises(SuppressedAddressError, match="subscriber 1 must not be mailed"):
        confirmed(session, mail=5)
    subscription(session).status = "active"
    with pytest.raises(SuppressedAddressError, match="subscription 1 must not be mailed"):
        pause(session, 1, LATER, provenance="x", now=NOW)
    leave(session)
    with pytest.raises(SuppressedAddressError, match="subscription 1 must not be mailed"):
        change_standing(session, 1, SubscriptionEvent.SIGN_UP, provenance="x", now=NOW)
    assert subscription(session).status == "unsubscribed"


def test_a_paused_reader_is_not_mailed_until_the_pause_is_over(session):
    enlist(session)
    enlist(session, BOB)
    assert pause(session, 1, NOW + 7 * DAY, provenance="preferences", now=NOW).status == "paused"
    assert mailed(session) == [2]
    assert resume_due(session, NOW + 7 * DAY - timedelta(microseconds=1)) == 0
    assert resume_due(session, NOW + 7 * DAY) == 1
    row = subscription(session)
    assert (row.status, row.paused_until, row.changed_at) == ("active", None, NOW + 7 * DAY)
    assert (row.confirmed_at, mailed(session)) == (NOW, [1, 2])
    assert resume_due(session, NOW + 8 * DAY) == 0
    assert events(session) == ["import", "import", "pause", "resume"]


def test_a_pause_can_be_given_another_end_or_ended_and_leaving_ends_it(session):
    enlist(session)
    for until in (LATER, LATER, LATER + DAY):
        pause(session, 1, until, provenance="preferences", now=NOW)
    assert subscription(session).paused_until == LATER + DAY
    assert events(session) == ["import", "pause", "pause"]
    change_standing(session, 1, SubscriptionEvent.RESUME, provenance="preferences", now=NOW)
    assert (subscription(session).paused_until, mailed(session)) == (None, [1])
    pause(session, 1, LATER, provenance="preferences", now=NOW)
    leave(session)
    assert resume_due(session, LATER) == 0
    assert (subscription(session).status, subscription(session).paused_until) == ("unsubscribed", None)


def test_a_pause_must_have_an_end_that_is_to_come_and_somebody_to_pause(session):
    enlist(session)
    with pytest.raises(ValueError, match="a pause until 2026-03-14T05:30:00"):
        pause(session, 1, NOW, provenance="x", now=NOW)
    with pytest.raises(ValueError, match="a pause must have an end"):
        change_standing(session, 1, SubscriptionEvent.PAUSE, provenance="x", now=NOW)
    assert pause(session, 4711, LATER, provenance="x", now=NOW) is None
    leave(session)
    with pytest.raises(IllegalMoveError, match="that is unsubscribed can't pause"):
        pause(session, 1, LATER, provenance="x", now=NOW)


def test_a_suppressed_reader_does_not_resume_b11(session):
    enlist(session)
    pause(session, 1, LATER, provenance="x", now=NOW)
    stop(session)
    assert resume_due(session, LATER) == 0
    assert subscription(session).status == "paused"


def test_after_seven_days_who_never_confirmed_is_erased_and_who_had_left_stays_away_s07(session):
    sign_up(session, ADA)
    sign_up(session, BOB)
    enlist(session, BOB, newsletter="weekly")
    sign_up(session, CYD, now=NOW + DAY)
    enlist(session, EVE)
    leave(session, 5)
    sign_up(session, EVE)
    week = NOW + 7 * DAY
    assert purge_unconfirmed(session, week - timedelta(microseconds=1)) == Purged(0, 0)
    assert purge_unconfirmed(session, week, most=1).all == 1
    assert purge_unconfirmed(session, week).all == 2
    left = session.exec(select(Subscriber.email, Subscription.status).join(Subscription).order_by(Subscriber.email))
    assert left.all() == [(BOB, "active"), (CYD, "pending"), (EVE, "unsubscribed")]
    assert session.exec(select(Subscriber.email).order_by(Subscriber.email)).all() == [BOB, CYD, EVE]
    assert events(session) == ["import", "sign_up", "import", "unsubscribe", "sign_up", "lapse"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("act", "index"), [(resume_due, "ix_subscription_paused"), (purge_unconfirmed, "ix_subscription_unconfirmed")]
)
def test_who_is_due_is_looked_up_among_the_few_and_not_among_a_million(database, act, index):
    plans = []

    def explain(_connection, cursor, statement, parameters, *_):
        if statement.startswith("SELECT subscription"):
            plans.append(cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.writing() as session:
        act(session, NOW)
    assert index in str(plans[0])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_signed_up_while_they_are_being_purged_is_signed_up(database):
    with database.writing() as session:
        sign_up(session)

    def again():
        with database.writing() as session:
            return sign_up(session, now=LATER)

    with ThreadPoolExecutor(1) as other:
        with database.writing() as session:
            session.exec(select(Subscriber).with_for_update()).one()  # as the purge does first; they are still there
            before = other.submit(again)
            wait_until_somebody_waits(database)
            assert purge_unconfirmed(session, NOW + 7 * DAY) == Purged(1, 0)
        assert before.result(timeout=20) is None
    with database.reading() as session:
        [(number, status)] = session.exec(select(Subscriber.id, Subscription.status).join(Subscription))
    assert (number > 1, status) == (True, "pending")


def wait_until_somebody_waits(database):
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    pausing = threading.Event()
    for _ in range(500):
        with database.reading() as session:
            if session.execute(waiting).scalar_one():
                return
        pausing.wait(0.01)
    raise AssertionError("nobody waited")
