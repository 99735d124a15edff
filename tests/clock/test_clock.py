"""Every morning, by itself: real processes, a real relay, and a clock that is told the time."""

import os
import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, enlist, stock
from running_clock import Newsroom, children, on_sqlite, wait_for
from scripted_relay import PASS, SILENCE, always_pass
from sqlalchemy import text
from told_time import QUICKLY, tell_time

from digest.building import build_edition
from digest.editions.rehearsal_store import known_newsletters
from digest.editions.release_store import record_approval

A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
DEADLINE = MORNING + 4 * AN_HOUR
APPROVAL = ("min_stories = 2", "min_stories = 2\napproval = true")
NIGHTLY = """
[newsletters.nightly]
name = "Nightly"
from = "nightly@quay.example"
timezone = "America/New_York"
min_stories = 2
"""


def known(newsroom: Newsroom) -> bool:
    with newsroom.database.reading() as session:
        return NEWSLETTER in known_newsletters(session)


def beats() -> None:
    """Let the clock look some times."""
    time.sleep(0.3)


def test_an_edition_goes_out_at_its_time_once_and_the_clock_says_so(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING - A_MINUTE):
        wait_for(lambda: newsroom.told)
        assert newsroom.row() is None
        tell_time(MORNING)
        row = newsroom.wait_for("sent")
        beats()
    assert (row.send_at, row.eligible, row.sent) == (MORNING, 3, 3)
    assert sorted(newsroom.relay.accepted) == sorted(newsroom.readers)
    assert newsroom.told == [
        f"morning/{DAY}, rehearsed: all is well",
        f"morning/{DAY}: 3 eligible = 3 sent + 0 failed + 0 unknown + 0 skipped",
    ]
    with newsroom.clock(MORNING + A_MINUTE):
        beats()
    assert len(newsroom.relay.accepted) == 3


@on_sqlite
def test_started_late_it_sends_at_once_and_covers_the_days_nobody_was_there(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING):
        newsroom.wait_for("sent")
    later = timedelta(days=3)
    stock(newsroom.database, cutoff=CUTOFF + timedelta(days=1), first=10)
    with newsroom.clock(DEADLINE + later - A_MINUTE):
        row = newsroom.wait_for("sent", DAY + later)
    assert (row.window_start, row.window_end) == (CUTOFF, CUTOFF + later)
    missed = [newsroom.row(DAY + timedelta(days=days)) for days in (1, 2)]
    assert [(one.status, one.reason) for one in missed if one] == [
        (
            "missed",
            f"it was not published before its deadline, 2026-03-{15 + days} 10:00 UTC; nobody was there to do it",
        )
        for days in (0, 1)
    ]
    assert Counter(newsroom.relay.accepted) == dict.fromkeys(newsroom.readers, 2)


def test_after_the_deadline_it_sends_nothing_records_why_and_says_so(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    with newsroom.clock(DEADLINE):
        row = newsroom.wait_for("missed")
        beats()
    assert row.reason == "it was not published before its deadline, 2026-03-14 10:00 UTC; nobody was there to do it"
    assert newsroom.relay.accepted == []
    assert [record.message for record in caplog.records] == [
        f"morning/{DAY}: missed, {row.reason}; its stories wait for the next edition"
    ]


@on_sqlite
def test_where_it_is_new_after_the_deadline_it_records_nothing(newsroom: Newsroom) -> None:
    with newsroom.database.writing() as session:
        session.execute(text("DELETE FROM known_newsletter"))
    with newsroom.clock(DEADLINE):
        wait_for(lambda: known(newsroom))
        beats()
    assert newsroom.row() is None
    with newsroom.clock(DEADLINE + timedelta(days=1)):
        newsroom.wait_for("missed", DAY + timedelta(days=1))


@on_sqlite
def test_an_edition_is_rehearsed_ahead_and_what_would_stand_in_its_way_is_said(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"morning/{DAY}, rehearsed"
    with newsroom.clock(CUTOFF):
        wait_for(lambda: caplog.records)
        stock(newsroom.database)
        wait_for(lambda: newsroom.told)
    assert newsroom.row() is None
    few = f"{name}: it would not go out now: no story in the window, but min_stories is 2"
    assert [record.message for record in caplog.records] == [few]
    assert newsroom.told == [f"{name}: all is well"]
    assert newsroom.relay.commands == []


@on_sqlite
def test_a_day_without_an_edition_is_recorded_when_it_would_go_out(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING, replaced=("min_stories", f"skip_dates = [{DAY}]\nmin_stories")):
        assert newsroom.wait_for("skipped").reason == f"{DAY} is one of skip_dates"
        beats()
    assert newsroom.told == [
        f"morning/{DAY}: skipped, {DAY} is one of skip_dates; its stories wait for the next edition"
    ]
    assert newsroom.relay.commands == []


@on_sqlite
def test_with_too_few_stories_it_says_so_once_and_sends_when_there_are_more(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    with newsroom.clock(MORNING):
        newsroom.wait_for("skipped")
        stock(newsroom.database)
        newsroom.wait_for("sent")
    few = f"morning/{DAY}: skipped, no story in the window, but min_stories is 2"
    assert [record.message for record in caplog.records] == [few]
    assert len(newsroom.relay.accepted) == 3


@on_sqlite
def test_an_edition_that_waits_for_approval_goes_out_when_it_comes(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING, replaced=APPROVAL):
        wait_for(lambda: caplog.records)
        assert newsroom.row() is None
        approve(newsroom)
        newsroom.wait_for("sent")
    assert len(caplog.records) == 1


@on_sqlite
def test_an_edition_that_nobody_approves_is_missed_and_the_reason_is_kept(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING, replaced=APPROVAL):
        wait_for(lambda: caplog.records)
        tell_time(DEADLINE)
        row = newsroom.wait_for("missed")
    assert "2026-03-14 10:00 UTC; the last try: " in (row.reason or "")
    assert "approve" in (row.reason or "")
    assert newsroom.relay.accepted == []


@on_sqlite
def test_each_newsletter_goes_out_in_its_own_morning(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    enlist(newsroom.database, 2, "nightly")
    with newsroom.clock(MORNING, more=NIGHTLY):
        newsroom.wait_for("sent")
        assert newsroom.row(newsletter="nightly") is None
        tell_time(MORNING + 4 * AN_HOUR)  # six in New York, where the clocks went forward a week ago
        row = newsroom.wait_for("sent", newsletter="nightly")
    assert (row.send_at, row.sent) == (MORNING + 4 * AN_HOUR, 2)


@on_sqlite
def test_a_sender_that_is_killed_is_followed_by_another_who_goes_on(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    enlist(newsroom.database, 40)
    newsroom.relay.at_data = unhurried
    with newsroom.clock(MORNING):
        wait_for(lambda: len(newsroom.relay.accepted) > 3)
        (sender,) = children(os.getpid())
        os.kill(sender, signal.SIGKILL)
        row = newsroom.wait_for("sent")
    assert (row.eligible, row.failed) == (40, 0)
    assert row.sent + row.unknown == 40
    assert row.unknown <= 2  # one for each connection
    assert max(Counter(newsroom.relay.offered).values()) == 1


@on_sqlite
def test_told_to_stop_it_finishes_what_is_begun_and_the_next_one_goes_on(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    enlist(newsroom.database, 40)
    newsroom.relay.at_data = unhurried
    with newsroom.clock(MORNING):
        wait_for(lambda: len(newsroom.relay.accepted) > 3)
    assert children(os.getpid()) == []
    assert len(newsroom.relay.accepted) == len(newsroom.relay.offered) < 40
    assert " deferred" in newsroom.told[0]
    with newsroom.clock(MORNING + A_MINUTE):
        row = newsroom.wait_for("sent")
    assert (row.sent, row.unknown) == (40, 0)
    assert max(Counter(newsroom.relay.offered).values()) == 1


@on_sqlite
def test_an_edition_left_open_at_its_deadline_is_told_and_left_to_a_person(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    newsroom.relay.at_rcpt = lambda _recipient, _times: "450 4.2.0 later"
    with newsroom.clock(MORNING):
        wait_for(lambda: len(newsroom.relay.commands) > 3)
    caplog.clear()
    with newsroom.clock(DEADLINE):
        wait_for(lambda: caplog.records)
    assert caplog.records[0].message.startswith(
        f"morning/{DAY}: the deadline of morning {DAY} was 2026-03-14 10:00 UTC"
    )
    assert "3 of 3 are open" in caplog.records[0].message


@on_sqlite
def test_what_does_not_end_in_time_is_killed_and_the_next_one_goes_on(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    newsroom.relay.at_data = lambda _recipient, _times: SILENCE
    with newsroom.clock(MORNING, pace=replace(QUICKLY, grace_seconds=0.2)):
        wait_for(lambda: newsroom.relay.offered)
    killed = f"morning/{DAY} did not end in time and was killed: what it had in hand is sorted out by the next one"
    assert killed in [record.message for record in caplog.records]
    assert children(os.getpid()) == []
    newsroom.relay.at_data = always_pass
    with newsroom.clock(MORNING + A_MINUTE):
        row = newsroom.wait_for("sent")
    assert (row.sent + row.unknown, row.failed) == (3, 0)
    assert row.unknown == len(newsroom.relay.offered) - len(newsroom.relay.accepted) > 0
    assert max(Counter(newsroom.relay.offered).values()) == 1


def test_a_database_that_fails_is_told_once_and_waited_for(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    stock(newsroom.database)
    with newsroom.clock(MORNING - A_MINUTE):
        rename(newsroom, "lease", "away")
        wait_for(lambda: caplog.records)
        tell_time(MORNING)
        beats()
        assert newsroom.row() is None
        rename(newsroom, "away", "lease")
        newsroom.wait_for("sent")
    assert len(caplog.records) == 1
    assert caplog.records[0].message.startswith("the clock: the database failed: ")


def rename(newsroom: Newsroom, old: str, new: str) -> None:
    with newsroom.database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def unhurried(_recipient: str, _times: int) -> str:
    time.sleep(0.05)
    return PASS


def approve(newsroom: Newsroom) -> None:
    with newsroom.database.writing() as session:
        built = build_edition(session, newsroom.settings, NEWSLETTER, DAY)
        assert built.artifact
        record_approval(session, NEWSLETTER, DAY, built.artifact.sha256, "kim", MORNING)
