"""A year and a year of clock changes in eight places: every date once, no instant lost, none told twice."""

from collections import Counter
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from digest.editions.calendar import Calendar
from digest.editions.simulation import simulate
from digest.settings.times import EditionTimes, OneOff

MORNING = EditionTimes(time(5, 30), time(6), time(10))
FIRST, DAYS = date(2026, 1, 1), 730
AN_HOUR, HALF_AN_HOUR = {23: 2, 24: 726, 25: 2}, {23.5: 2, 24: 726, 24.5: 2}


@pytest.mark.parametrize(
    ("zone", "lengths"),
    [
        ("America/New_York", AN_HOUR),
        ("Europe/London", AN_HOUR),
        ("Europe/Berlin", AN_HOUR),
        ("Australia/Sydney", AN_HOUR),
        ("Asia/Kolkata", {24: 730}),
        ("Australia/Lord_Howe", HALF_AN_HOUR),
        ("America/Santiago", AN_HOUR),
        ("Africa/Cairo", AN_HOUR),
    ],
)
def test_two_years_have_every_date_once_and_windows_as_long_as_their_days(zone, lengths):
    simulated = list(simulate(Calendar(ZoneInfo(zone), MORNING), FIRST, DAYS))
    schedules = [day.schedule for day in simulated]
    assert [day.local_date for day in simulated] == [FIRST + timedelta(days=number) for number in range(DAYS)]
    assert Counter(schedule.window.hours for schedule in schedules) == lengths
    assert all(earlier.window.end == later.window.start for earlier, later in pairwise(schedules))
    shown = {schedule.send_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for schedule in schedules}
    assert shown == {"06:00"}


def test_a_skipped_date_says_why_and_the_next_window_covers_it():
    election = OneOff(date(2026, 11, 4), time(4), "election")
    calendar = Calendar(
        ZoneInfo("UTC"), MORNING, frozenset(range(6)), frozenset({date(2026, 11, 2)}), {election.day: election}
    )
    told = [
        (day.local_date.day, day.schedule.window.hours if day.schedule else None, day.reason)
        for day in simulate(calendar, date(2026, 11, 1), 5)
    ]
    assert told == [
        (1, None, "2026-11-01 is a Sunday, and days has none"),
        (2, None, "2026-11-02 is one of skip_dates"),
        (3, 72, None),
        (4, 22, "election"),
        (5, 26, None),
    ]
