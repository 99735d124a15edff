"""Sign-ups in the database: what is written, whatever is known of an address, and within which limits."""

from datetime import timedelta

import pytest
from sample_readers import KEYS, LATER, NOW, intake, newcomer
from sample_sign_ups import ADA, PAGE, VERSION, WORDS, limits, register, sign_up
from sqlalchemy import event, select, text, update

from subscribers.consent_store import wording_text
from subscribers.lifecycle_store import mark_asked, pause
from subscribers.purging import purge_unconfirmed
from subscribers.record import find_reader
from subscribers.signup import Answer, Decision, Move
from subscribers.signup_store import answer
from subscribers.signup_tables import SystemMail, Tally
from subscribers.signup_writing import Decided, write_decided
from subscribers.store import change_standing, subscribe_imported
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import suppress
from subscribers.tables import Subscriber
from subscribers.tally_store import drop_old_tallies

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def mails(database):
    columns = (SystemMail.id, SystemMail.kind, SystemMail.subscriber_id, SystemMail.status, SystemMail.due_at)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(SystemMail.id))]


def standings(database, address=ADA):
    with database.reading() as session:
        reader = find_reader(session, address)
        return {one.newsletter: one.status for one in reader.subscriptions} if reader else None


def last_mail(session, address=ADA):
    theirs = SystemMail.address_hash == KEYS.address_hash(address)
    return session.scalars(select(SystemMail).where(theirs).order_by(SystemMail.id.desc()).limit(1)).one()


def arrive(database, address=ADA, now=NOW):
    """Do what the postman does with the last mail to *address*."""
    with database.writing() as session:
        mail = last_mail(session, address)
        mark_asked(session, mail.subscriber_id, mail.id)
        mail.status, mail.changed_at = "sent", now


def press(database, address=ADA, now=NOW, mail=None):
    with database.writing() as session:
        standings = answer(session, mail or last_mail(session, address).id, now=now)
        return None if standings is None else [standing.status.value for standing in standings]


def leave(database, address=ADA, now=NOW):
    with database.writing() as session:
        [one] = find_reader(session, address).subscriptions
        change_standing(session, one.subscription_id, SubscriptionEvent.UNSUBSCRIBE, provenance="a link", now=now)


def enlist(database, address=ADA):
    with database.writing() as session:
        subscribe_imported(session, [newcomer(address)], intake())


def stop(database, address=ADA):
    with database.writing() as session:
        suppress(session, address, keyring=KEYS, reason="complaint", now=NOW)


def test_a_sign_up_is_written_with_all_it_rests_on_and_one_mail_is_queued_s13(database):
    registered = register(database, sign_up("Ada@Example.org", "daily", "weekly"))
    assert (registered.answers, registered.has_asked) == ((Answer.ACCEPTED,), True)
    assert mails(database) == [(1, "confirm", 1, "queued", NOW)]
    with database.reading() as session:
        reader = find_reader(session, ADA)
        assert session.scalars(select(Subscriber.email)).one() == "Ada@example.org"
        assert session.scalars(select(SystemMail.address_hash)).one() == KEYS.address_hash(ADA)
        assert wording_text(session, VERSION) == WORDS
    assert [(one.newsletter, one.status, one.confirmed_at) for one in reader.subscriptions] == [
        ("daily", "pending", None),
        ("weekly", "pending", None),
    ]
    for one in reader.subscriptions:
        [consent] = one.consent
        assert (consent.event, consent.at, consent.provenance) == ("sign_up", NOW, "the sign-up form")
        assert (consent.wording, consent.ip, consent.page) == (VERSION, "192.0.2.0/24", PAGE)


def test_many_of_one_group_are_taken_down_in_their_order_and_one_address_is_asked_once_s17(database):
    spellings = ["Ada@example.org", "ADA@example.org", "bob@example.org", ADA]
    registered = register(database, *map(sign_up, spellings), sign_up(ADA, "weekly"))
    assert registered.answers == (Answer.ACCEPTED,) * 5
    assert [(subscriber, due) for _, _, subscriber, _, due in mails(database)] == [(1, NOW), (2, NOW)]
    assert standings(database) == {"daily": "pending", "weekly": "pending"}
    with database.reading() as session:
        assert list(session.scalars(select(Subscriber.email).order_by(Subscriber.id))) == [
            "Ada@example.org",
            "bob@example.org",
        ]


def make_pending(database, address=ADA):
    register(database, sign_up(address))
    arrive(database, address)


def make_active(database, address=ADA):
    make_pending(database, address)
    press(database, address)


def make_paused(database, address=ADA):
    make_active(database, address)
    with database.writing() as session:
        [one] = find_reader(session, address).subscriptions
        pause(session, one.subscription_id, LATER + DAY, provenance="preferences", now=NOW)


def make_left(database, address=ADA):
    make_active(database, address)
    leave(database, address)


def make_suppressed(database, address=ADA):
    make_active(database, address)
    stop(database, address)


STATES = {
    # how an address comes to stand so, where signing it up leads, and whether a mail is queued for it
    "new": (lambda *_: None, {"daily": "pending"}, True),
    "pending": (make_pending, {"daily": "pending"}, False),
    "active": (make_active, {"daily": "active"}, False),
    "paused": (make_paused, {"daily": "paused"}, False),
    "left": (make_left, {"daily": "returning"}, True),
    "suppressed": (make_suppressed, {"daily": "active"}, False),
    "forgotten": (stop, None, False),
}


def statements_of(database, act):
    """Return the words of every statement that *act* runs, and what it returns."""
    words = []

    def note(_connection, _cursor, statement, *_more):
        words.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        return words, act()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_each_state_leads_where_it_may_and_all_are_answered_with_one_word_after_the_same_statements_s06(database):
    seen = set()
    for state, (make, after, is_asked) in STATES.items():
        address = f"{state}@example.org"
        make(database, address)
        words, registered = statements_of(
            database, lambda address=address: register(database, sign_up(address), now=NOW + 2 * HOUR)
        )
        assert (state, standings(database, address)) == (state, after)
        assert (state, registered.has_asked) == (state, is_asked)
        assert len(words) > 12
        seen.add((registered.answers, *words))
    assert len(seen) == 1


def test_one_who_left_and_is_signed_up_again_is_not_brought_back_by_an_old_mail_s19(on_disk):
    make_left(on_disk)
    register(on_disk, sign_up(), now=LATER + HOUR)
    assert press(on_disk, mail=1, now=LATER + HOUR) == []
    arrive(on_disk, now=LATER + HOUR)
    assert press(on_disk, now=LATER + HOUR) == ["active"]


def test_a_reader_who_asks_for_more_within_the_day_is_asked_when_it_is_over_s07(on_disk):
    make_active(on_disk)
    register(on_disk, sign_up(ADA, "weekly"), now=NOW + HOUR)
    assert mails(on_disk)[1:] == [(2, "confirm", 1, "queued", NOW + DAY)]


def test_three_mails_in_vain_are_the_last_even_when_the_reader_was_purged_s07(on_disk):
    for days in (0, 8, 16):
        register(on_disk, sign_up(), now=NOW + days * DAY)
        arrive(on_disk, now=NOW + days * DAY)
        with on_disk.writing() as session:
            purge_unconfirmed(session, NOW + (days + 7) * DAY)
        assert standings(on_disk) is None
    registered = register(on_disk, sign_up(), now=NOW + 24 * DAY)
    assert (registered.answers, registered.has_asked) == ((Answer.ACCEPTED,), False)
    assert standings(on_disk) is None
    assert len(mails(on_disk)) == 3


def test_whoever_is_asked_once_more_has_the_days_to_answer_again_and_both_buttons_work(database):
    make_pending(database)
    register(database, sign_up(), now=NOW + 5 * DAY)
    arrive(database, now=NOW + 5 * DAY)
    with database.writing() as session:
        assert purge_unconfirmed(session, NOW + 8 * DAY).all == 0
    assert press(database, mail=1, now=NOW + 8 * DAY) is None
    assert press(database, now=NOW + 8 * DAY) == ["active"]
    with database.reading() as session:
        [one] = find_reader(session, ADA).subscriptions
    assert [consent.event for consent in one.consent] == ["sign_up", "sign_up", "confirm"]


@pytest.mark.parametrize(("status", "more"), [("failed", 1), ("unknown", 0)])
def test_a_mail_that_the_relay_refused_holds_nobody_up_and_one_that_may_have_arrived_does_s07(on_disk, status, more):
    register(on_disk, sign_up())
    with on_disk.writing() as session:
        session.execute(update(SystemMail).values(status=status, changed_at=NOW + 23 * HOUR))
    register(on_disk, sign_up(), now=NOW + DAY)
    assert len(mails(on_disk)) == 1 + more


def test_an_import_keeps_its_word_beside_a_sign_up_of_the_same_reader(on_disk):
    register(on_disk, sign_up())
    enlist(on_disk)
    assert standings(on_disk) == {"daily": "active"}
    register(on_disk, sign_up(), now=NOW + 2 * DAY)
    assert (standings(on_disk), len(mails(on_disk))) == ({"daily": "active"}, 1)


def test_what_a_reader_does_while_their_sign_up_is_decided_is_not_undone_by_it(database):
    make_pending(database)
    press(database)
    enlist(database, "bob@example.org")
    still = Move("daily", SubscriptionStatus.PENDING, SubscriptionStatus.PENDING)
    new = Move("daily", None, SubscriptionStatus.PENDING)
    decided = [
        Decided(sign_up(address), Decision((move,), None), KEYS.address_hash(address))
        for address, move in ((ADA, still), ("bob@example.org", new))
    ]
    with database.writing() as session:
        assert not write_decided(session, decided, LATER)
    for address, events in ((ADA, ["sign_up", "confirm"]), ("bob@example.org", ["import"])):
        with database.reading() as session:
            [one] = find_reader(session, address).subscriptions
        assert (one.status, [consent.event for consent in one.consent]) == ("active", events)
        assert one.confirmed_at == NOW


def test_a_network_above_its_limit_is_turned_away_and_nothing_of_it_is_written(on_disk):
    bounds = limits(per_ip_hour=2)
    addresses = [f"{number}@example.org" for number in range(4)]
    assert register(on_disk, *map(sign_up, addresses[:3]), bounds=bounds).answers == (
        Answer.ACCEPTED,
        Answer.ACCEPTED,
        Answer.BUSY,
    )
    assert register(on_disk, sign_up(addresses[3]), bounds=bounds, now=NOW + HOUR / 4).answers == (Answer.BUSY,)
    assert standings(on_disk, addresses[2]) is None
    assert register(on_disk, sign_up(addresses[2]), bounds=bounds, now=NOW + 2 * HOUR).answers == (Answer.ACCEPTED,)


def test_limits_hold_from_one_group_to_the_next(database):
    bounds = limits(mails_per_hour=1, unstamped_per_ip_hour=1)
    register(database, sign_up("a@example.org", is_stamped=False), bounds=bounds)
    second = register(database, sign_up("b@example.org", is_stamped=False), sign_up("c@example.org"), bounds=bounds)
    assert second.answers == (Answer.AGAIN, Answer.ACCEPTED)
    third = register(database, sign_up("a+tag@example.org"), bounds=bounds)
    assert (third.answers, third.has_asked) == ((Answer.ACCEPTED,), False)
    assert [due for *_, due in mails(database)] == [NOW, NOW + 3 * HOUR / 2]


def test_no_tally_tells_an_address_or_a_network_and_old_ones_go(on_disk):
    register(on_disk, sign_up())
    with on_disk.writing() as session:
        rows = session.execute(text("SELECT * FROM tally")).all()
        assert not any("example" in str(row) or "192" in str(row) for row in rows)
        assert drop_old_tallies(session, NOW + 22 * HOUR) == 0
        assert drop_old_tallies(session, NOW + 25 * HOUR) == len(rows)
        assert session.execute(select(Tally.count)).all() == []
