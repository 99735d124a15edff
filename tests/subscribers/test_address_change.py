"""A reader's other address: nothing changes before its owner says so, and nobody else learns of it (S16, S06, S07)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sample_readers import KEYS, NOW, intake, newcomer
from sample_sign_ups import WIDE, limits, register, sign_up
from sqlmodel import col, select

from subscribers.address import EmailAddress
from subscribers.address_change import (
    ChangeAnswer,
    WishAnswer,
    asked_change,
    change_address,
    forget_lapsed_wishes,
    wish_for,
)
from subscribers.allowance import WISHES_PER_HOUR
from subscribers.record import find_reader, find_suppression
from subscribers.signup_group import Rules
from subscribers.signup_store import deny
from subscribers.signup_tables import SystemMail
from subscribers.store import change_standing, mailable, sign_up_row, subscribe_imported
from subscribers.subscriber import BETWEEN_ASKS, CONFIRM_WITHIN, SubscriptionEvent
from subscribers.suppression_store import SuppressedAddressError, suppress, suppress_subscribers
from subscribers.tables import Subscriber

OLD, NEW, OTHER = "ada@example.org", "ada@example.net", "bob@example.com"


@pytest.fixture
def ada(database):
    """Put Ada on two newsletters; give the number of her first subscription."""
    with database.writing() as session:
        for newsletter in ("daily", "noon"):
            subscribe_imported(session, [newcomer(OLD, "Ada")], intake(newsletter))
    return told(database, OLD).subscriptions[0].subscription_id


def told(database, address):
    with database.reading() as session:
        return find_reader(session, address)


def wish(database, number, address=NEW, now=NOW, bounds=WIDE):
    with database.writing() as session:
        return wish_for(session, number, EmailAddress.parse(address), Rules(KEYS, bounds), now)


def mails(database):
    with database.reading() as session:
        return session.exec(select(SystemMail).order_by(col(SystemMail.id))).all()


def sent(database, now=NOW):
    """Let the newest mail out; return its number."""
    with database.writing() as session:
        mail = session.exec(select(SystemMail).order_by(col(SystemMail.id).desc())).first()
        mail.status, mail.changed_at = "sent", now
        return mail.id


def press(database, mail, now=NOW):
    with database.writing() as session:
        return change_address(session, mail, now)


def asked(database, mail, now=NOW):
    with database.reading() as session:
        return asked_change(session, mail, now)


def stop(database, address):
    with database.writing() as session:
        suppress(session, address, keyring=KEYS, reason="refused", now=NOW)


def test_until_the_button_is_pressed_nothing_changes_and_then_everything_is_the_new_address_s(database, ada):
    assert wish(database, ada) is WishAnswer.ACCEPTED
    [mail] = mails(database)
    assert (mail.kind, mail.status, mail.new_email) == ("change", "queued", NEW)
    before = told(database, OLD)
    assert asked(database, mail.id).address == NEW
    assert (told(database, OLD), told(database, NEW)) == (before, None)

    assert press(database, sent(database)) is ChangeAnswer.CHANGED
    after = told(database, NEW)
    assert told(database, OLD) is None
    assert (after.subscriber_id, after.name) == (before.subscriber_id, "Ada")
    for now_, then in zip(after.subscriptions, before.subscriptions, strict=True):
        assert (now_.subscription_id, now_.status) == (then.subscription_id, then.status)
        assert [event.event for event in now_.consent] == ["import", "change_address"]
    with database.reading() as session:
        assert len(session.execute(mailable("daily")).all()) == 1


def test_pressing_again_changes_nothing_s02(database, ada):
    wish(database, ada)
    mail = sent(database)
    press(database, mail)
    before = told(database, NEW)
    assert press(database, mail) is ChangeAnswer.CHANGED
    assert told(database, NEW) == before
    assert (asked(database, mail).address, asked(database, mail).is_done) == (None, True)


def test_an_old_button_does_not_bring_back_an_address_that_was_changed_since(database, ada):
    wish(database, ada)
    first = sent(database)
    press(database, first)
    wish(database, ada, OTHER)
    press(database, sent(database))
    assert press(database, first) is ChangeAnswer.LAPSED
    assert told(database, OTHER) is not None


def test_who_has_moved_is_not_moved_again_by_a_wish_that_was_made_before(database, ada):
    wish(database, ada, OTHER)
    by_a_stranger = sent(database)
    wish(database, ada, now=NOW + timedelta(minutes=1))
    assert press(database, sent(database)) is ChangeAnswer.CHANGED
    assert press(database, by_a_stranger) is ChangeAnswer.LAPSED
    assert (told(database, OTHER), told(database, NEW) is not None) == (None, True)
    assert {mail.new_email for mail in mails(database)} == {None}


def test_the_button_lapses_and_the_address_is_forgotten(database, ada):
    wish(database, ada)
    mail, late = sent(database), NOW + CONFIRM_WITHIN
    assert press(database, mail, late) is ChangeAnswer.LAPSED
    with database.writing() as session:
        forget_lapsed_wishes(session, late - timedelta(seconds=1))
    assert mails(database)[0].new_email == NEW
    with database.writing() as session:
        forget_lapsed_wishes(session, late)
    assert mails(database)[0].new_email is None
    assert told(database, OLD) is not None


def test_what_is_known_of_the_new_address_changes_no_answer_s06(database, ada):
    with database.writing() as session:
        subscribe_imported(session, [newcomer(OTHER)], intake())
    stop(database, "stopped@example.org")
    register(database, sign_up("asked@example.org"))
    for address in (NEW, OTHER, "stopped@example.org"):
        assert wish(database, ada, address) is WishAnswer.ACCEPTED
    assert wish(database, ada, "asked@example.org", NOW + timedelta(hours=2)) is WishAnswer.ACCEPTED
    to = [mail.new_email for mail in mails(database) if mail.kind == "change"]
    assert to == [NEW, OTHER]  # the others are asked already, or must never be


def test_an_address_is_asked_once_a_day_whoever_wishes_for_it_s07(database, ada):
    wish(database, ada)
    sent(database)
    assert wish(database, ada, now=NOW + timedelta(hours=2)) is WishAnswer.ACCEPTED
    assert wish(database, ada, "ada+again@example.net", now=NOW + timedelta(hours=2)) is WishAnswer.ACCEPTED
    assert [mail.due_at - NOW for mail in mails(database)] == [timedelta(0), BETWEEN_ASKS]


def test_a_found_link_does_not_flood_strangers_s07(database, ada):
    answers = [wish(database, ada, f"stranger{number}@example.com") for number in range(WISHES_PER_HOUR + 2)]
    assert answers == [WishAnswer.ACCEPTED] * WISHES_PER_HOUR + [WishAnswer.BUSY] * 2
    assert len(mails(database)) == WISHES_PER_HOUR
    assert wish(database, ada, NEW, NOW + timedelta(hours=2)) is WishAnswer.ACCEPTED


def test_it_counts_among_the_mails_of_the_hour_s07(database, ada):
    wish(database, ada, bounds=limits(mails_per_hour=1))
    wish(database, ada, "ada@example.com", bounds=limits(mails_per_hour=1))
    assert [mail.due_at > NOW for mail in mails(database)] == [False, True]


def test_one_s_own_address_is_no_wish_however_it_is_spelt(database, ada):
    assert wish(database, ada, "Ada@EXAMPLE.org") is WishAnswer.SAME
    assert mails(database) == []


def test_an_address_that_has_a_reader_of_its_own_does_not_give_way(database, ada):
    with database.writing() as session:
        subscribe_imported(session, [newcomer(NEW)], intake("noon"))
        [number] = [one.subscription_id for one in find_reader(session, NEW).subscriptions]
        change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="a link", now=NOW)
    wish(database, ada)
    assert press(database, sent(database)) is ChangeAnswer.TAKEN
    assert told(database, OLD) is not None


def test_a_sign_up_that_nobody_confirmed_gives_way(database, ada):
    wish(database, ada)
    mail = sent(database)
    with database.writing() as session:  # the limits keep another mail back; who signed up before the wish stands there
        sign_up_row(session, newcomer(NEW), intake("evening"))
    assert press(database, mail, NOW + timedelta(hours=2)) is ChangeAnswer.CHANGED
    assert [one.newsletter for one in told(database, NEW).subscriptions] == ["daily", "noon"]


@pytest.mark.parametrize("stopped", [OLD, NEW])
def test_suppression_outranks_it_b11(database, ada, stopped):
    wish(database, ada)
    mail = sent(database)
    stop(database, stopped)
    with pytest.raises(SuppressedAddressError):
        press(database, mail)
    assert told(database, OLD) is not None
    if stopped == OLD:
        with pytest.raises(SuppressedAddressError):
            wish(database, ada, OTHER)


def test_i_did_not_ask_for_this_stops_the_new_address_and_leaves_the_reader_alone_s09(database, ada):
    wish(database, ada)
    with database.writing() as session:
        assert deny(session, sent(database), now=NOW)
    with database.reading() as session:
        assert find_suppression(session, NEW, KEYS)
        assert find_suppression(session, OLD, KEYS) is None
    assert {one.status for one in told(database, OLD).subscriptions} == {"active"}


def test_the_mail_that_once_asked_the_old_address_does_not_take_the_reader_off_any_more(database):
    register(database, sign_up(OLD, "daily"))
    first = sent(database)
    number = told(database, OLD).subscriptions[0].subscription_id
    wish(database, number)
    press(database, sent(database))
    with database.writing() as session:
        deny(session, first, now=NOW)
    assert told(database, NEW).subscriptions[0].status == "pending"


def test_who_is_erased_has_no_wish(database, ada):
    wish(database, ada)
    assert wish(database, 10_000) is None
    assert press(database, 10_000) is None
    assert asked(database, 10_000) is None


def test_a_late_refusal_of_the_old_address_does_not_stop_the_new_one_b04(database, ada):
    number = told(database, OLD).subscriber_id
    wish(database, ada)
    press(database, sent(database), NOW)
    for at, is_stopped in ((NOW + timedelta(minutes=59), False), (NOW + timedelta(hours=2), True)):
        with database.writing() as session:
            suppress_subscribers(session, [number], "refused", at)
            assert bool(find_suppression(session, NEW, KEYS)) is is_stopped


def test_of_two_who_take_one_address_at_once_one_has_it(database, ada):
    with database.writing() as session:
        subscribe_imported(session, [newcomer(OTHER)], intake())
    [bob] = told(database, OTHER).subscriptions
    links = []
    for number, now in ((ada, NOW), (bob.subscription_id, NOW + timedelta(days=2))):
        wish(database, number, now=now)
        links.append(sent(database, now))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda mail: press(database, mail, NOW + timedelta(days=2)), links))
    assert sorted(answers) == [ChangeAnswer.CHANGED, ChangeAnswer.TAKEN]
    with database.reading() as session:
        addresses = session.exec(select(Subscriber.email)).all()
    assert len(addresses) == 2
    assert NEW in addresses


def test_what_relays_said_goes_with_the_wish(database, ada):
    wish(database, ada)
    mail = sent(database)
    with database.writing() as session:
        session.get_one(SystemMail, mail).reply = f"550 no {NEW} here"
        forget_lapsed_wishes(session, NOW + CONFIRM_WITHIN)
    assert (mails(database)[0].new_email, mails(database)[0].reply) == (None, None)
