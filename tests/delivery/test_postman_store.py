"""The rows of the service's own mails: what is claimed, put off, dropped, and left behind by the dead."""

from datetime import timedelta

import pytest
from askings import ADA, KEYS, ask, leave, mails, statuses
from newsroom import MORNING, NEWSLETTER
from sqlmodel import select

from digest.delivery import store
from digest.delivery.outcome import outcome_of_final_reply
from digest.delivery.system_mail_store import (
    NO_CHANGE_WANTED,
    AnsweredMail,
    NewAddress,
    begin,
    claim,
    give_back,
    record,
    sort_out_the_dead,
    waiting,
)
from subscribers.excusing import excuse
from subscribers.signup_tables import SystemMail
from subscribers.suppression_store import suppress
from subscribers.tables import Subscription, Suppression

MINUTE = timedelta(minutes=1)


def claimed(database, now=MORNING, sender="one"):
    with database.writing() as session:
        mail = claim(session, sender, now)
        if mail:
            store.beat(session, sender, "here", now)
    return mail


def begun(database, mail, now=MORNING):
    with database.writing() as session:
        return begin(session, mail, now)


def answer(database, mail, code, now=MORNING):
    with database.writing() as session:
        record(session, [AnsweredMail(mail, outcome_of_final_reply(code, "words"), now)])


def bury(database, now):
    with database.writing() as session:
        sort_out_the_dead(session, now)


def is_waiting(database, now):
    with database.reading() as session:
        return waiting(session, now)


def test_a_claim_tells_all_that_the_mail_asks_about(database):
    number = ask(database, ADA, "sport", NEWSLETTER)
    mail = claimed(database)
    assert (mail.id, mail.attempt, mail.address) == (number, 1, ADA)
    assert mail.about == (NEWSLETTER, "sport")
    assert claimed(database) is None


def test_a_mail_that_is_not_due_is_left_alone(database):
    ask(database, due_at=MORNING + MINUTE)
    assert not is_waiting(database, MORNING).is_due
    assert claimed(database) is None
    assert is_waiting(database, MORNING + MINUTE).is_due


def test_a_stranger_s_later_sign_up_does_not_ride_on_an_earlier_mail(database):
    ask(database)
    first = claimed(database)
    begun(database, first)
    answer(database, first, 250)
    ask(database, ADA, "sport", due_at=MORNING + timedelta(days=1))
    later = claimed(database, MORNING + timedelta(days=1))
    assert (first.about, later.about) == ((NEWSLETTER,), (NEWSLETTER, "sport"))
    with database.reading() as session:
        asked_in = {row.newsletter: row.asked_in for row in session.exec(select(Subscription))}
    assert asked_in == {NEWSLETTER: first.id, "sport": later.id}


@pytest.mark.parametrize("status", ["begun", "sent", "unknown"])
def test_an_address_that_may_have_been_asked_within_a_day_is_not_asked_again_before(database, status):
    ask(database, status=status)
    if status != "begun":
        ask(database, at=MORNING + MINUTE)
        assert claimed(database, MORNING + timedelta(hours=23)) is None
        assert statuses(database) == [status, "queued"]
        assert mails(database)[1].due_at == MORNING + timedelta(hours=24)
        assert claimed(database, MORNING + timedelta(hours=24))


def test_a_mail_that_was_refused_does_not_count_as_asked(database):
    ask(database, status="failed")
    ask(database)
    assert claimed(database)


def test_who_never_answered_three_is_not_asked_a_fourth_time(database):
    for days in (9, 8, 7):
        ask(database, status="sent", at=MORNING - timedelta(days=days))
    ask(database)
    assert claimed(database) is None
    assert statuses(database)[-1] == "dropped"


def test_whose_mails_in_vain_were_excused_is_asked(database):
    for days in (9, 8, 7):
        ask(database, status="sent", at=MORNING - timedelta(days=days))
    with database.writing() as session:
        assert excuse(session, KEYS.address_hash(ADA), MORNING) == 3
    ask(database)
    assert claimed(database).address == ADA


@pytest.mark.parametrize("how", ["left", "suppressed", "confirmed"])
def test_what_need_not_be_sent_any_more_is_dropped_with_a_reason_on_the_way_to_the_next(database, how):
    ask(database)
    if how == "left":
        leave(database)
    with database.writing() as session:
        if how == "suppressed":
            suppress(session, ADA, keyring=KEYS, reason="wished", now=MORNING)
        for row in session.exec(select(Subscription)).all() if how == "confirmed" else ():
            row.status = "active"
    ask(database, "ben@example.org", due_at=MORNING, at=MORNING)
    assert claimed(database).address == "ben@example.org"
    assert statuses(database) == ["dropped", "claimed"]
    assert mails(database)[0].reply


def wish(database, new="ada@example.net", **values):
    """Queue the mail to another address of Ada's, who reads already; return its number."""
    number = ask(database, status="dropped")
    with database.writing() as session:
        reader = session.get_one(SystemMail, number).subscriber_id
        when = {"created_at": MORNING, "due_at": MORNING, "changed_at": MORNING}
        its = {"kind": "change", "address_hash": KEYS.address_hash(new), "new_email": new, "subscriber_id": reader}
        session.add(SystemMail(status="queued", **its, **when, **values))


def test_the_mail_about_another_address_goes_there_and_counts_as_asking_it_s16(database):
    wish(database)
    mail = claimed(database)
    assert (mail.address, mail.about) == ("ada@example.net", NewAddress("ada@example.net"))
    begun(database, mail)
    answer(database, mail, 250)
    ask(database, "ada@example.net")
    assert claimed(database, MORNING + timedelta(hours=23)) is None


@pytest.mark.parametrize("stopped", [ADA, "ada@example.net"])
def test_another_address_is_not_asked_when_it_or_the_reader_s_own_is_stopped_b11(database, stopped):
    wish(database)
    with database.writing() as session:
        suppress(session, stopped, keyring=KEYS, reason="wished", now=MORNING)
    assert claimed(database) is None
    assert (statuses(database)[-1], mails(database)[-1].reply) == ("dropped", NO_CHANGE_WANTED)


def test_another_address_that_is_refused_for_good_stops_that_one_and_not_the_reader_b04(database):
    wish(database)
    mail = claimed(database)
    begun(database, mail)
    with database.writing() as session:
        record(session, [AnsweredMail(mail, outcome_of_final_reply(550, "5.1.1 no such mailbox"), MORNING)])
        hashes = session.exec(select(Suppression.address_hash)).all()
    assert hashes == [KEYS.address_hash("ada@example.net")]


def test_what_a_dead_postman_had_not_begun_is_queued_again_and_the_rest_is_unknown(database):
    ask(database)
    ask(database, "ben@example.org")
    first, _second = claimed(database), claimed(database)
    assert begun(database, first)
    bury(database, MORNING + timedelta(seconds=20))
    assert statuses(database) == ["begun", "claimed"]
    assert is_waiting(database, MORNING + MINUTE) == (False, True)
    bury(database, MORNING + MINUTE)
    assert statuses(database) == ["unknown", "queued"]
    assert [mail.attempts for mail in mails(database)] == [1, 0]
    assert not is_waiting(database, MORNING + MINUTE).is_abandoned


def test_a_postman_who_was_thought_dead_begins_nothing_that_was_taken_from_him(database):
    ask(database)
    slow = claimed(database)
    bury(database, MORNING + MINUTE)
    assert not begun(database, slow)
    other = claimed(database, MORNING + MINUTE, sender="two")
    assert not begun(database, slow)
    answer(database, slow, 250)
    with database.writing() as session:
        give_back(session, [slow], MORNING)
    assert begun(database, other)


@pytest.mark.parametrize(("code", "status"), [(250, "sent"), (451, "failed"), (550, "failed")])
def test_what_was_unknown_becomes_known_when_he_was_only_slow_and_is_never_tried_again(database, code, status):
    ask(database)
    slow = claimed(database)
    begun(database, slow)
    bury(database, MORNING + MINUTE)
    assert statuses(database) == ["unknown"]
    answer(database, slow, code, MORNING + MINUTE)
    assert statuses(database) == [status]


def test_what_is_given_back_is_queued_as_if_it_had_never_been_tried(database):
    ask(database)
    mail = claimed(database)
    with database.writing() as session:
        give_back(session, [mail], MORNING)
        assert session.exec(select(SystemMail.attempts)).one() == 0
    assert claimed(database).attempt == 1
