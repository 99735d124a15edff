"""What the postman does at home, beside carrying mail."""

import asyncio
from datetime import timedelta

from askings import ADA, ask, mails
from newsroom import MORNING
from sqlmodel import select

from digest.delivery.housekeeping import keep_house
from subscribers.signup_tables import Tally
from subscribers.tables import Subscriber, Subscription


def keep(database, now):
    asyncio.run(keep_house(database, now))
    with database.reading() as session:
        return {row.status for row in session.exec(select(Subscription))}, session.exec(select(Subscriber)).all()


def test_a_sign_up_that_nobody_confirmed_is_gone_after_seven_days_and_its_mail_is_still_counted(database):
    ask(database, ADA, status="sent", reply_code=250, reply=f"2.1.5 {ADA} fine")
    assert keep(database, MORNING + timedelta(days=6, hours=23))[0] == {"pending"}
    assert keep(database, MORNING + timedelta(days=7)) == (set(), [])
    assert [(mail.status, mail.reply) for mail in mails(database)] == [("sent", None)]


def test_a_pause_that_is_over_ends_and_old_tallies_go(database):
    ask(database)
    with database.writing() as session:
        row = session.exec(select(Subscription)).one()
        row.status, row.paused_until, row.confirmed_at = "paused", MORNING + timedelta(days=7), MORNING
        session.add(Tally(kind="mails", key_hash="", window_start=MORNING, count=3))
    assert keep(database, MORNING + timedelta(hours=1))[0] == {"paused"}
    assert keep(database, MORNING + timedelta(days=7))[0] == {"active"}
    with database.reading() as session:
        assert session.exec(select(Tally)).all() == []
