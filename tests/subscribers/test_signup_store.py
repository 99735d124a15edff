"""What a mail that asks to confirm may do through its links (S01, S02, S09, S14)."""

from datetime import timedelta

import pytest
from sample_readers import KEYS, NOW
from sample_sign_ups import ADA, register, sign_up
from sqlalchemy import select, text

from subscribers.lifecycle_store import mark_asked
from subscribers.purging import purge_unconfirmed
from subscribers.record import find_reader
from subscribers.signup_store import answer, asked_for, deny
from subscribers.signup_tables import SystemMail
from subscribers.store import change_standing, mailable
from subscribers.subscriber import SubscriptionEvent
from subscribers.suppression_store import SuppressedAddressError, suppress
from subscribers.tables import Suppression

DAY = timedelta(days=1)


@pytest.fixture
def session(on_disk):
    arrive(on_disk)
    with on_disk.writing() as opened:
        yield opened


def arrive(database):
    register(database, sign_up(ADA, "daily", "noon"))
    with database.writing() as opened:
        mark_asked(opened, 1, 1)
        opened.get_one(SystemMail, 1).status = "sent"


def press(session, now=NOW, **more):
    standings = answer(session, 1, now=now, **more)
    return None if standings is None else {one.newsletter: one.status.value for one in standings}


def change(session, newsletter, event):
    [number] = [one.subscription_id for one in find_reader(session, ADA).subscriptions if one.newsletter == newsletter]
    change_standing(session, number, event, provenance="a link", now=NOW)


def of(session, now=NOW):
    found = asked_for(session, 1, now)
    return found.newsletters, found.others, found.confirmed, found.left


def contents(session):
    tables = ("subscription", "consent", "system_mail", "suppression")
    return [session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in tables]  # noqa: S608 - ours


def test_a_mail_tells_what_it_asks_and_looking_changes_nothing_s01(session):
    session.flush()
    before = contents(session)
    for _ in range(10):
        found = asked_for(session, 1, NOW)
    assert (found.subscriber_id, found.newsletters, found.others) == (1, ("daily", "noon"), ())
    assert (found.is_lapsed, found.is_suppressed) == (False, False)
    session.flush()
    assert contents(session) == before
    assert asked_for(session, 2, NOW) is None


def test_its_button_confirms_once_however_often_it_is_pressed_s02(session):
    assert press(session, NOW + DAY) == {"daily": "active", "noon": "active"}
    session.flush()
    before = contents(session)
    assert press(session, NOW + 2 * DAY) == {"daily": "active", "noon": "active"}
    session.flush()
    assert contents(session) == before
    assert session.get_one(SystemMail, 1).answered_at == NOW + DAY
    assert of(session) == ((), (), ("daily", "noon"), ())


def test_what_was_asked_for_since_is_offered_and_confirmed_only_when_ticked_s14(session):
    session.execute(
        text(
            "INSERT INTO subscription (subscriber_id, newsletter, status, changed_at)"
            " SELECT 1, more.name, 'pending', changed_at FROM subscription,"
            " (SELECT 'evening' AS name UNION SELECT 'weekly') more WHERE newsletter = 'daily'"
        )
    )
    assert of(session) == (("daily", "noon"), ("evening", "weekly"), (), ())
    assert press(session, also=["weekly"]) == {"daily": "active", "noon": "active", "weekly": "active"}
    assert of(session)[1] == ("evening",)


def test_what_was_left_since_stays_left(session):
    press(session)
    change(session, "daily", SubscriptionEvent.UNSUBSCRIBE)
    assert of(session) == ((), (), ("noon",), ("daily",))
    assert press(session) == {"daily": "unsubscribed", "noon": "active"}


def test_after_seven_days_it_confirms_nothing_and_says_so_s07(session):
    last = NOW + 7 * DAY - timedelta(seconds=1)
    assert not asked_for(session, 1, last).is_lapsed
    for purged in (False, True):
        if purged:
            assert purge_unconfirmed(session, NOW + 7 * DAY).erased == 2
        assert asked_for(session, 1, NOW + 7 * DAY).is_lapsed
        assert press(session, NOW + 7 * DAY) is None
    assert press(session, last) == {}
    assert session.get_one(SystemMail, 1).answered_at is None


def test_after_seven_days_who_confirmed_is_still_told_so_and_nothing_more_is_done(session):
    press(session)
    assert not asked_for(session, 1, NOW + 8 * DAY).is_lapsed
    assert press(session, NOW + 8 * DAY, also=["weekly"], editions=[5]) == {"daily": "active", "noon": "active"}
    assert session.scalars(select(SystemMail.kind)).all() == ["confirm"]


def test_the_latest_edition_is_queued_once_for_whoever_asks_for_it_and_only_with_their_word(session):
    press(session, editions=[5, 5])
    press(session, NOW + DAY, editions=[6])
    rows = session.execute(
        select(SystemMail.kind, SystemMail.edition_id, SystemMail.address_hash, SystemMail.due_at).order_by(
            SystemMail.id
        )
    ).all()
    hashed = KEYS.address_hash(ADA)
    assert rows == [("confirm", None, hashed, NOW), ("latest", 5, hashed, NOW)]
    assert asked_for(session, 2, NOW) is None
    assert answer(session, 2, now=NOW) is None
    assert not deny(session, 2, now=NOW)


def test_not_me_suppresses_and_leaves_everything_however_often_and_late_it_is_pressed_s09(session):
    press(session)
    for now in (NOW, NOW + 30 * DAY):
        assert deny(session, 1, now=now)
        assert {one.status for one in find_reader(session, ADA).subscriptions} == {"unsubscribed"}
        assert session.execute(select(Suppression.address_hash, Suppression.at)).all() == [
            (KEYS.address_hash(ADA), NOW)
        ]
    assert asked_for(session, 1, NOW).is_suppressed
    assert session.execute(mailable("daily")).all() == []
    with pytest.raises(SuppressedAddressError):
        press(session)


def test_not_me_works_when_the_reader_was_purged_long_ago_s09(session):
    purge_unconfirmed(session, NOW + 7 * DAY)
    assert deny(session, 1, now=NOW + 8 * DAY)
    assert session.scalars(select(Suppression.address_hash)).all() == [KEYS.address_hash(ADA)]


def test_a_suppressed_reader_confirms_nothing_b11(session):
    suppress(session, ADA, keyring=KEYS, reason="complaint", now=NOW)
    session.flush()
    with pytest.raises(SuppressedAddressError):
        press(session, editions=[5])
    assert session.get_one(SystemMail, 1).answered_at is None
    assert of(session)[0] == ("daily", "noon")


def test_on_either_database_a_mail_is_looked_at_answered_and_denied_each_by_itself(database):
    arrive(database)
    with database.reading() as session:
        assert of(session) == (("daily", "noon"), (), (), ())
    for _ in range(2):
        with database.writing() as session:
            assert press(session, editions=[5]) == {"daily": "active", "noon": "active"}
    with database.writing() as session:
        assert session.execute(select(SystemMail.kind, SystemMail.answered_at).order_by(SystemMail.id)).all() == [
            ("confirm", NOW),
            ("latest", None),
        ]
    for _ in range(2):
        with database.writing() as session:
            assert deny(session, 1, now=NOW)
    with database.reading() as session:
        assert asked_for(session, 1, NOW).is_suppressed
        assert {one.status for one in find_reader(session, ADA).subscriptions} == {"unsubscribed"}
