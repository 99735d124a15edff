"""What is due: each date once, however often it is asked for, whoever was asleep."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wall_clocks import DAY, places_and_dates

from digest.editions.calendar import Calendar
from digest.editions.due import NO_WORD, Act, Due, Promise, Standing, due_editions
from digest.editions.edition import EditionStatus
from digest.settings.times import EditionTimes

MORNING = EditionTimes(time(5, 30), time(6), time(10))
TODAY = date(2026, 3, 18)  # a Wednesday
CALENDAR = Calendar(ZoneInfo("UTC"), MORNING, frozenset({0, 1, 2, 3, 4}), frozenset({date(2026, 3, 17)}))
HELD, SKIPPED, MISSED, SENDING, SENT = EditionStatus
NOTHING = None


def at(hour, minute=0, day=TODAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def standing(status, day=TODAY, deadline=10):
    return {day: Standing(status, at(deadline, day=day))}


def acts(standings, now, calendar=CALENDAR, promise=NO_WORD):
    return {one.local_date: one.act for one in due_editions(calendar, standings, now, promise)}


@pytest.mark.parametrize(
    ("status", "early", "on_time", "late"),
    [
        (None, Act.REHEARSE, Act.PUBLISH, Act.MISS),
        (SKIPPED, Act.REHEARSE, Act.PUBLISH, NOTHING),
        (HELD, Act.REHEARSE, Act.PUBLISH, Act.MISS),
        (SENDING, Act.RESUME, Act.RESUME, Act.SETTLE),
        (MISSED, NOTHING, NOTHING, NOTHING),
        (SENT, NOTHING, NOTHING, NOTHING),
    ],
)
def test_an_edition_is_due_from_send_at_until_its_deadline(status, early, on_time, late):
    rows = standing(status) if status else {}
    assert acts(rows, at(5, 59)).get(TODAY) is early
    assert acts(rows, at(6)).get(TODAY) is acts(rows, at(9, 59)).get(TODAY) is on_time
    assert acts(rows, at(10)).get(TODAY) is acts(rows, at(23, 59)).get(TODAY) is late


def test_an_edition_is_rehearsed_from_its_cut_off_until_it_is_ready():
    assert acts({}, at(5, 29)) == {}
    assert acts({}, at(5, 30)) == {TODAY: Act.REHEARSE}
    assert acts({}, at(5, 30), promise=Promise(ready=[TODAY])) == {}
    assert acts({}, at(6), promise=Promise(ready=[TODAY])) == {TODAY: Act.PUBLISH}
    assert acts({}, at(5, 30, date(2026, 3, 21))) == {}


def test_nothing_is_missed_that_was_due_before_its_newsletter_was_known():
    since = Promise(known_since=at(10))
    assert acts({}, at(11), promise=since) == {}
    assert acts({}, at(9), promise=Promise(known_since=at(9))) == {TODAY: Act.PUBLISH}
    assert acts({}, at(11), promise=Promise(known_since=at(9, 59))) == {TODAY: Act.MISS}
    assert acts(standing(SENT, date(2026, 3, 16)), at(11), promise=since)[TODAY] is Act.MISS


def test_a_deadline_that_was_moved_holds():
    assert acts(standing(SENDING, deadline=14), at(13)) == {TODAY: Act.RESUME}
    assert acts(standing(SENDING, deadline=14), at(14)) == {TODAY: Act.SETTLE}


def test_a_day_without_an_edition_is_recorded_once_when_it_would_go_out():
    saturday = date(2026, 3, 21)
    assert acts({}, at(5, 59, saturday)) == {}
    assert acts({}, at(6, day=saturday)) == acts({}, at(12, day=saturday)) == {saturday: Act.SKIP}
    assert acts(standing(SKIPPED, saturday), at(12, day=saturday)) == {}


def test_days_on_which_nobody_was_there_are_missed_and_the_newest_goes_out():
    rows = standing(SENT, date(2026, 3, 12))
    assert acts(rows, at(7)) == {
        date(2026, 3, 13): Act.MISS,
        date(2026, 3, 14): Act.SKIP,
        date(2026, 3, 15): Act.SKIP,
        date(2026, 3, 16): Act.MISS,
        date(2026, 3, 17): Act.SKIP,
        TODAY: Act.PUBLISH,
    }


def test_before_its_first_edition_nothing_was_missed_and_after_a_week_of_silence_neither():
    assert acts({}, at(7)) == {TODAY: Act.PUBLISH}
    assert acts({}, at(11)) == {TODAY: Act.MISS}
    assert acts(standing(SENT, TODAY - 8 * DAY), at(7)) == {TODAY: Act.PUBLISH}
    assert len(acts(standing(SENT, TODAY - 7 * DAY), at(7))) == 7


def test_an_edition_under_way_is_looked_after_however_old_it_is():
    long_ago = TODAY - 30 * DAY
    assert list(due_editions(CALENDAR, standing(SENDING, long_ago), at(5))) == [Due(long_ago, Act.SETTLE)]


def test_what_is_out_ahead_of_its_date_is_left_alone():
    assert acts(standing(SENT, TODAY + DAY), at(7)) == {TODAY: Act.PUBLISH}


@given(places_and_dates(), st.lists(st.tuples(st.integers(0, 5 * 96), st.integers(1, 96)), max_size=4), st.booleans())
def test_whoever_sleeps_and_wakes_each_date_comes_to_one_end_and_is_sent_if_anybody_was_there(place, naps, weekdays):
    """Five days in steps of a quarter of an hour; during a nap nobody looks."""
    zone, first = place
    calendar = Calendar(zone, MORNING, frozenset({0, 1, 2, 3, 4} if weekdays else range(7)))
    begin = calendar.cutoff_on(first)
    asleep = {tick for start, length in naps for tick in range(start, start + length)}
    ticks = [begin + timedelta(minutes=15 * tick) for tick in range(5 * 96) if tick not in asleep]
    rows = {first - DAY: Standing(SENT, begin)}
    ended = []
    for now in ticks:
        for one in due_editions(calendar, rows, now):
            if one.act is Act.REHEARSE:
                continue
            ended.append(one)
            status = {Act.PUBLISH: SENT, Act.SKIP: SKIPPED, Act.MISS: MISSED}[one.act]
            rows[one.local_date] = Standing(status, now)
    assert len({one.local_date for one in ended}) == len(ended)
    for schedule in Calendar(zone, MORNING).schedules(first, 4):
        there = [now for now in ticks if now >= schedule.send_at]
        expected = Act.SKIP if calendar.skips(schedule.local_date) else Act.MISS
        if expected is Act.MISS and any(now < schedule.deadline for now in there):
            expected = Act.PUBLISH
        found = [one.act for one in ended if one.local_date == schedule.local_date]
        assert found == [expected] or not there
