"""An operator's way back in for whoever did not answer three mails, perhaps because a stranger had asked for them."""

from datetime import timedelta

import pytest
from sample_readers import KEYS, NOW
from sample_sign_ups import ADA, register, sign_up
from sqlalchemy import select, update

from subscribers.excusing import excuse
from subscribers.signup_store import answer
from subscribers.signup_tables import SystemMail

DAY = timedelta(days=1)


def arrivals(database, email=ADA):
    with database.reading() as session:
        theirs = SystemMail.address_hash == KEYS.address_hash(email)
        return list(session.scalars(select(SystemMail).where(theirs).order_by(SystemMail.id)))


def ask(database, now, email=ADA, status="sent"):
    """Sign up, and let the mail go out if there is one; say whether there was."""
    has_asked = register(database, sign_up(email), now=now).has_asked
    with database.writing() as session:
        session.execute(update(SystemMail).where(SystemMail.status == "queued").values(status=status, changed_at=now))
    return has_asked


def excused(database, now, email=ADA):
    with database.writing() as session:
        return excuse(session, KEYS.address_hash(email), now)


def test_an_excused_address_is_asked_three_times_more_and_no_other_address_is_excused_s07(database):
    for email in (ADA, "bob@example.org"):
        assert [ask(database, NOW + days * DAY, email) for days in range(4)] == [True, True, True, False]
    assert excused(database, NOW + 5 * DAY) == 3
    assert [ask(database, NOW + days * DAY) for days in range(5, 9)] == [True, True, True, False]
    assert not ask(database, NOW + 9 * DAY, "bob@example.org")


def test_excused_or_not_an_address_is_asked_once_in_24_hours_s07(on_disk):
    for days in range(3):
        ask(on_disk, NOW + days * DAY)
    excused(on_disk, NOW + 2 * DAY)
    assert not ask(on_disk, NOW + 2.9 * DAY)
    assert ask(on_disk, NOW + 3 * DAY)


def test_only_what_may_have_arrived_and_has_no_answer_is_excused_and_once(on_disk):
    ask(on_disk, NOW, status="failed")
    ask(on_disk, NOW + DAY)
    ask(on_disk, NOW + 2 * DAY)
    with on_disk.writing() as session:
        session.execute(update(SystemMail).where(SystemMail.id == 2).values(answered_at=NOW + DAY))
    assert excused(on_disk, NOW + 3 * DAY) == 1
    assert excused(on_disk, NOW + 4 * DAY) == 0
    assert [mail.excused_at for mail in arrivals(on_disk)] == [None, None, NOW + 3 * DAY]


@pytest.mark.parametrize(("days", "is_in"), [(6, True), (7, False)])
def test_the_button_of_an_excused_mail_works_as_long_as_that_of_any_other(on_disk, days, is_in):
    ask(on_disk, NOW)
    excused(on_disk, NOW + DAY)
    with on_disk.writing() as session:
        assert (answer(session, 1, now=NOW + days * DAY) is not None) is is_in
