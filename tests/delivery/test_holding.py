"""An edition that a person should see first: recorded, told of once, and sent when it is approved or all is well."""

import asyncio
from datetime import timedelta
from email import message_from_bytes

import dkim
import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, configure, enlist, stock
from signing_keys import DOMAIN, pem, rsa_key, written, zone

from digest.alerts.telling import tell_due
from digest.alerts.watchdog import look
from digest.building import build_edition
from digest.delivery.alarm import Alarm, message_of
from digest.delivery.dispatch import prepare, rehearse
from digest.delivery.publishing import Published
from digest.demo.catcher import Catcher
from digest.editions.edition import Edition, EditionStatus
from digest.editions.release_store import record_approval
from digest.editions.store import find_edition
from digest.preview import preview_edition

WHY = (
    "the newest article is of 2026-03-14 02:29 UTC, and stale_after_hours is 2: do the sources still come in?"
    " See 'digest sources'"
)


@pytest.fixture
def relay():
    with Catcher() as listening:
        yield listening


@pytest.fixture
def settings(database, tmp_path, relay):
    stock(database)
    enlist(database, 3)
    return configure(tmp_path, database.url, relay.url, stale_after_hours=2)


def prepared(database, settings, now=MORNING):
    return asyncio.run(prepare(database, settings, NEWSLETTER, DAY, now, late=False))


def stored(database):
    with database.reading() as session:
        return find_edition(session, NEWSLETTER, DAY)


def watch(database, settings, now=MORNING):
    look(database, settings, now)
    asyncio.run(tell_due(database, settings, lambda: now))


def test_a_held_edition_is_recorded_goes_to_nobody_and_the_newsroom_is_told_once(database, settings, relay):
    for minutes in range(2):
        now = MORNING + timedelta(minutes=minutes)
        held = prepared(database, settings, now)
        assert isinstance(held, Edition)
        assert (held.status, held.reason) == (EditionStatus.HELD, WHY)
        watch(database, settings, now)
    assert stored(database).reason == WHY
    assert [mail.recipient for mail in relay.caught] == ["editor@quay.example"]


def test_what_the_newsroom_is_told_says_why_and_how_it_goes_on(database, settings, relay):
    prepared(database, settings)
    watch(database, settings)
    mail = message_from_bytes(relay.caught[0].content)
    assert mail["Subject"] == "Held: morning of 2026-03-14"
    words = " ".join(mail.get_payload(decode=True).decode().split())
    assert mail["To"] == "editor@quay.example"
    for said in (WHY, "digest preview morning --date 2026-03-14", "until its deadline"):
        assert said in words


def test_a_held_edition_goes_out_when_an_editor_approved_these_bytes(database, settings):
    prepared(database, settings)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    with database.writing() as session:
        record_approval(session, NEWSLETTER, DAY, built.artifact.sha256, "kim", MORNING)
    assert preview_edition(database, settings, NEWSLETTER, DAY, MORNING).warnings == ()
    assert isinstance(prepared(database, settings), Published)
    assert stored(database).status is EditionStatus.SENDING


def test_a_held_edition_goes_out_when_what_it_waited_for_came(database, settings):
    prepared(database, settings)
    stock(database, stories=1, first=90, cutoff=CUTOFF + timedelta(hours=3, minutes=30))
    assert isinstance(prepared(database, settings), Published)


def test_dead_feeds_hold_an_edition_that_has_no_story_and_skip_none(database, tmp_path):
    settings = configure(tmp_path, database.url, stale_after_hours=2)  # with a relay at which nobody listens
    assert prepared(database, settings).status is EditionStatus.HELD


def test_preview_and_rehearsal_say_that_it_would_be_held(database, settings):
    warnings = preview_edition(database, settings, NEWSLETTER, DAY, MORNING, inline=str).warnings
    assert warnings[0].startswith(f"it would be held: {WHY}; 'digest edition approve morning --date 2026-03-14 ")
    assert rehearse(database, settings, NEWSLETTER, DAY, MORNING).obstacle == f"it would be held: {WHY}"
    assert stored(database) is None


def test_an_alarm_is_signed_where_mail_is_and_the_same_one_has_the_same_message_id(tmp_path):
    key = written(tmp_path, "rsa.pem", pem(rsa_key()))
    signed = f"""
[signup]
from = "confirm@{DOMAIN}"
[dkim]
domain = "{DOMAIN}"
rsa_selector = "r2026"
rsa_key_file = "{key}"
"""
    settings = configure(tmp_path, "sqlite:///x.db", more=signed, **{"from": f"headlines@{DOMAIN}"})
    alarm = Alarm("the feeds", "Held: Fähren", "Line one.\n.dot\n" + "Grün " * 40 + "\n")
    to = "night@quay.example"
    first, second = (message_of(settings, to, alarm, MORNING + timedelta(hours=hours)) for hours in (0, 1))
    assert dkim.verify(first, dnsfunc=zone().txt)
    read, again = message_from_bytes(first), message_from_bytes(second)
    assert read["Message-ID"] == again["Message-ID"]
    assert read["Date"] != again["Date"]
    assert read.get_payload(decode=True).decode().replace("\r\n", "\n") == alarm.text
    assert not [line for line in first.split(b"\r\n") if len(line) > 78 or line.startswith(b".")]
