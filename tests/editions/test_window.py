from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wall_clocks import DATES, WALL_TIMES, ZONES

from digest.editions.window import Window, instant_of

DAY = timedelta(days=1)


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


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
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30, fold=1), utc(2026, 10, 25, 0, 30)),
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


def test_a_window_is_half_open():
    window = Window(utc(2026, 3, 14), utc(2026, 3, 15))
    assert utc(2026, 3, 14) in window
    assert utc(2026, 3, 15) - timedelta(microseconds=1) in window
    assert utc(2026, 3, 15) not in window
    assert utc(2026, 3, 14) - timedelta(microseconds=1) not in window


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
