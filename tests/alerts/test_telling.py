"""What is wrong reaches the operators, by a real relay and a real web server, and readers never."""

import asyncio
from datetime import timedelta
from email import message_from_bytes

import pytest
from listener import Listener
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock

from digest.alerts.heart import Heart
from digest.alerts.telling import tell_due
from digest.alerts.watchdog import look
from digest.clock.watch import Sign
from digest.delivery.dispatch import prepare
from digest.demo.catcher import Catcher
from digest.editions.rehearsal_store import get_to_know

A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
LATE = MORNING + 5 * A_MINUTE
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def relay():
    with Catcher() as listening:
        yield listening


def known(database):
    with database.writing() as session:
        get_to_know(session, [NEWSLETTER], MORNING - 30 * A_DAY)


def watch(database, settings, now):
    change = look(database, settings, now)
    asyncio.run(tell_due(database, settings, lambda: now))
    return [one.finding.code.value for one in (*change.opened, *change.over)]


def told(webhook="", switch="", **keys):
    lines = [f'webhook_url = "{webhook}"'] if webhook else []
    lines += [f'switch_urls = {{ morning = "{switch}" }}'] if switch else []
    return "\n".join(["[alerts]", *lines, *(f"{key} = {value!r}" for key, value in keys.items()), ""])


def words(mail):
    return message_from_bytes(mail.content).get_payload(decode=True).decode().replace("\r\n", "\n")


def subjects(relay):
    return [message_from_bytes(mail.content)["Subject"] for mail in relay.caught]


def test_a_morning_that_comes_late_is_told_once_with_what_to_do_and_once_more_when_it_is_out(database, tmp_path, relay):
    known(database)
    enlist(database, 2)
    with Listener() as listener:
        settings = configure(
            tmp_path, database.url, relay.url, more=told(f"{listener.url}/hook", to=["night@quay.example"])
        )
        assert watch(database, settings, LATE) == ["edition-not-started"]
        assert watch(database, settings, LATE + A_MINUTE) == []
        stock(database)
        asyncio.run(prepare(database, settings, NEWSLETTER, DAY, LATE + A_MINUTE, late=False))
        assert watch(database, settings, LATE + 2 * A_MINUTE) == ["edition-not-started"]
        assert watch(database, settings, LATE + 3 * A_MINUTE) == []
    assert subjects(relay) == [
        "Not started: morning of 2026-03-14",
        "Recovered: morning of 2026-03-14 (not started)",
    ]
    assert {mail.recipient for mail in relay.caught} == {"night@quay.example"}
    first = words(relay.caught[0])
    for said in ("Since: 2026-03-14 06:05 UTC", "Readers are waiting", "digest send morning --date 2026-03-14"):
        assert said in " ".join(first.split())
    [(method, path, opened), (_, _, over)] = listener.heard
    assert (method, path, opened["event"], over["event"]) == ("POST", "/hook", "alert", "recovered")
    assert opened["code"] == over["code"] == "edition-not-started"
    assert (opened["id"], opened["since"]) == (over["id"], LATE.isoformat())
    assert over["over_at"] == (LATE + 2 * A_MINUTE).isoformat()


@on_sqlite
def test_a_webhook_that_fails_is_asked_again_and_holds_up_no_mail(database, tmp_path, relay, caplog):
    known(database)
    with Listener(status=500) as listener:
        settings = configure(tmp_path, database.url, relay.url, more=told(f"{listener.url}/secret-key"))
        watch(database, settings, LATE)
        watch(database, settings, LATE + A_MINUTE)
        assert (len(listener.heard), len(relay.caught)) == (1, 1)
        listener.status = 204
        watch(database, settings, LATE + 2 * A_MINUTE)
        watch(database, settings, LATE + A_DAY / 24)
    assert (len(listener.heard), len(relay.caught)) == (2, 1)
    assert "answers 500" in caplog.text
    assert "secret-key" not in caplog.text
    assert "@" not in caplog.text


@on_sqlite
def test_a_redirect_is_not_followed_and_counts_as_not_told(database, tmp_path, relay, caplog):
    known(database)
    with Listener() as elsewhere, Listener(status=302, Location=elsewhere.url) as listener:
        watch(database, configure(tmp_path, database.url, relay.url, more=told(listener.url)), LATE)
    assert (len(listener.heard), elsewhere.heard) == (1, [])
    assert "answers 302" in caplog.text


@on_sqlite
def test_with_the_relay_away_the_webhook_tells_and_the_mail_follows_later(database, tmp_path, relay):
    known(database)
    with Listener() as listener:
        away = configure(tmp_path, database.url, more=told(listener.url))  # at a port where nobody listens
        watch(database, away, LATE)
        assert len(listener.heard) == 1
        watch(database, configure(tmp_path, database.url, relay.url), LATE + 2 * A_MINUTE)
    assert subjects(relay) == ["Not started: morning of 2026-03-14"]


@on_sqlite
def test_the_switch_is_asked_once_for_a_day_without_an_edition(database, tmp_path, relay):
    known(database)
    with Listener() as listener:
        settings = configure(
            tmp_path, database.url, relay.url, more=told(switch=f"{listener.url}/m"), skip_dates=str(DAY)
        )
        asyncio.run(prepare(database, settings, NEWSLETTER, DAY, MORNING, late=False))
        assert watch(database, settings, MORNING) == watch(database, settings, MORNING + A_MINUTE) == []
    assert listener.heard == [("GET", "/m", None)]
    assert relay.caught == []


def test_a_heart_is_dead_only_for_who_watched_it_all_the_while():
    heart, sign = Heart(patience_seconds=120), Sign("one", 7)
    assert heart.beats(None, 0) is True
    assert [heart.beats(sign, second) for second in (0, 50, 100)] == [None, None, None]
    assert heart.beats(sign, 120) is False
    assert heart.beats(Sign("one", 8), 130) is True
    assert heart.beats(Sign("one", 8), 300) is None  # we were asleep ourselves
