from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions.window import Window, instant_of, window_of

HALF_PAST_FIVE = time(5, 30)
DAY = timedelta(days=1)
# "Factory" and "localtime" are no places.
ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})).map(ZoneInfo)
DATES = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WALL_TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Sydney", date(2026, 4, 5), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("America/Santiago", date(2026, 4, 5), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Africa/Cairo", date(2026, 10, 30), 25),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_a_window_is_as_long_as_the_day_was_on_the_wall(zone, day, hours):
    place = ZoneInfo(zone)
    assert window_of(day, HALF_PAST_FIVE, place, None).hours == hours
    assert window_of(day - DAY, HALF_PAST_FIVE, place, None).hours == 24
    assert window_of(day + DAY, HALF_PAST_FIVE, place, None).hours == 24


@pytest.mark.parametrize(
    ("zone", "day", "wall_time", "instant"),
    [
        # Skipped in spring: the first instant after the gap.
        ("America/New_York", date(2026, 3, 8), time(2, 0), utc(2026, 3, 8, 7)),
        ("America/New_York", date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 7)),
        ("America/New_York", date(2026, 3, 8), time(3, 0), utc(2026, 3, 8, 7)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), utc(2026, 3, 29, 1)),
        ("Australia/Sydney", date(2026, 10, 4), time(2, 30), utc(2026, 10, 3, 16)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30)),
        ("America/Santiago", date(2026, 9, 6), time(0, 0), utc(2026, 9, 6, 4)),
        ("America/Santiago", date(2026, 9, 6), time(0, 30), utc(2026, 9, 6, 4)),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), utc(2026, 4, 23, 22)),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 59), utc(2026, 4, 23, 22)),
        # Twice in autumn: the first time.
        ("America/New_York", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30)),
        ("Australia/Sydney", date(2026, 4, 5), time(2, 30), utc(2026, 4, 4, 15, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), utc(2026, 4, 4, 14, 45)),
        ("America/Santiago", date(2026, 4, 4), time(23, 30), utc(2026, 4, 5, 2, 30)),
        ("Africa/Cairo", date(2026, 10, 29), time(23, 30), utc(2026, 10, 29, 20, 30)),
        # Once, as on any day.
        ("America/New_York", date(2026, 3, 8), time(1, 30), utc(2026, 3, 8, 6, 30)),
        ("America/New_York", date(2026, 11, 1), time(2, 30), utc(2026, 11, 1, 7, 30)),
        ("Asia/Kolkata", date(2026, 3, 29), time(2, 30), utc(2026, 3, 28, 21)),
    ],
)
def test_a_wall_time_in_a_gap_or_a_fold_is_one_instant(zone, day, wall_time, instant):
    assert instant_of(day, wall_time, ZoneInfo(zone)) == instant


@given(ZONES, DATES, WALL_TIMES)
def test_every_local_date_has_every_time_exactly_once(zone, day, wall_time):
    instants = [instant_of(day + number * DAY, wall_time, zone) for number in range(3)]
    assert instants == sorted(set(instants))
    assert all(instant.tzinfo is UTC for instant in instants)


@given(ZONES, DATES, WALL_TIMES)
def test_an_instant_shows_its_wall_time_or_is_the_first_after_a_gap(zone, day, wall_time):
    instant = instant_of(day, wall_time, zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, wall_time)
    if shown == wanted:
        earlier = (instant - timedelta(minutes=minutes) for minutes in range(30, 181, 30))
        assert all(moment.astimezone(zone).replace(tzinfo=None) != wanted for moment in earlier)
    else:
        just_before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < wanted < shown


@settings(max_examples=300)
@given(st.data())
def test_a_gap_of_any_zone_ends_where_its_times_are_put(data):
    zone, gap = data.draw(st.sampled_from(GAPS))
    inside = gap.astimezone(zone) - timedelta(minutes=data.draw(st.integers(1, 30)))  # wall-clock arithmetic
    assert instant_of(inside.date(), inside.time(), zone) == gap


@given(ZONES, DATES, WALL_TIMES, st.integers(2, 6))
def test_windows_of_consecutive_dates_tile_time_without_gap_or_overlap(zone, first, cutoff, days):
    windows = [window_of(first, cutoff, zone, None)]
    for number in range(1, days):
        windows.append(window_of(first + number * DAY, cutoff, zone, windows[-1].end))
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    assert windows == [window_of(first + number * DAY, cutoff, zone, None) for number in range(days)]
    moment = windows[0].start + (windows[-1].end - windows[0].start) / 3
    assert sum(moment in window for window in windows) == 1


def test_a_window_is_half_open():
    window = Window(utc(2026, 3, 14), utc(2026, 3, 15))
    assert utc(2026, 3, 14) in window
    assert utc(2026, 3, 15) - timedelta(microseconds=1) in window
    assert utc(2026, 3, 15) not in window
    assert utc(2026, 3, 14) - timedelta(microseconds=1) not in window


def test_a_window_begins_where_the_previous_edition_ended_even_days_ago():
    window = window_of(date(2026, 3, 16), HALF_PAST_FIVE, ZoneInfo("UTC"), utc(2026, 3, 13, 5, 30))
    assert window == Window(utc(2026, 3, 13, 5, 30), utc(2026, 3, 16, 5, 30))
    assert window.hours == 72


def _gaps():
    """The ends of the gaps of some zones with odd rules, half an hour or more long, in two years."""
    names = ("Africa/Cairo", "America/Santiago", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe")
    for zone in map(ZoneInfo, (*names, "Atlantic/Azores", "America/Nuuk", "Africa/Casablanca", "Asia/Gaza")):
        days = (utc(2025, 1, 1) + number * DAY for number in range(730))
        for day in (day for day in days if _offset(day, zone) < _offset(day + DAY, zone)):
            moments = (day + timedelta(minutes=minutes) for minutes in range(30, 1441, 30))
            yield zone, next(moment for moment in moments if _offset(moment, zone) > _offset(day, zone))


def _offset(moment, zone):
    return moment.astimezone(zone).utcoffset()


GAPS = list(_gaps())
