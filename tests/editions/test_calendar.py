from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_configuration import raw
from wall_clocks import DAY, WALL_TIMES, places_and_dates

from digest.editions.calendar import LONGEST_DAYS, Calendar
from digest.editions.window import Window
from digest.settings import Settings
from digest.settings.times import EditionTimes, OneOff

MORNING = EditionTimes(time(5, 30), time(6), time(10))
ELECTION = OneOff(date(2026, 11, 4), time(4), "election")
BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
SUNDAYS = frozenset({6})


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


@st.composite
def usual_times(draw):
    first, second, third = sorted(draw(st.lists(WALL_TIMES, min_size=3, max_size=3, unique=True)))
    return EditionTimes(draw(st.sampled_from([first, second])), second, third)


@st.composite
def eventful_spans(draw):
    """A calendar with skipped days and dates and one-off times, and a span in which they lie."""
    (zone, first), usual = draw(places_and_dates()), draw(usual_times())
    dates = st.integers(0, 20).map(lambda number: first + number * DAY)
    skipped = frozenset(draw(st.lists(dates, max_size=4)))
    one_offs = {}
    for day in set(draw(st.lists(dates, max_size=3))) - skipped:
        earlier = st.times(max_value=usual.send_at).map(lambda moment: moment.replace(second=0, microsecond=0))
        one_off = OneOff(day, draw(earlier), "election")
        if one_off.send_at.hour * 60 + one_off.send_at.minute >= _gap(usual.cutoff, usual.send_at):
            one_offs[day] = one_off
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Calendar(zone, usual, days, skipped, one_offs), first, 21


def _gap(one, other):
    return (datetime.combine(date.min, other) - datetime.combine(date.min, one)) // timedelta(minutes=1)


def dates(first, days):
    return [first + number * DAY for number in range(days)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/London", date(2027, 3, 28), 23),
        ("Europe/London", date(2027, 10, 31), 25),
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
    calendar = Calendar(ZoneInfo(zone), MORNING)
    lengths = [calendar.schedule_on(day + number * DAY, None).window.hours for number in (-1, 0, 1)]
    assert lengths == [24, hours, 24]


@settings(max_examples=300)
@given(places_and_dates(), usual_times(), st.integers(2, 6), st.integers(0, 240))
def test_every_local_date_is_due_exactly_once_and_windows_tile_time(place, usual, days, settle_minutes):
    zone, first = place
    calendar = Calendar(zone, usual, settle=timedelta(minutes=settle_minutes))
    schedules = list(calendar.schedules(first, days))
    assert [schedule.local_date for schedule in schedules] == dates(first, days)
    for earlier, later in pairwise(schedules):
        assert earlier.window.end == later.window.start
        assert earlier.send_at < later.send_at
        assert later.window.end + calendar.settle == calendar.cutoff_on(later.local_date)
    assert [calendar.schedule_on(day, None) for day in dates(first, days)] == schedules
    moment = schedules[0].window.start + (schedules[-1].window.end - schedules[0].window.start) / 3
    assert sum(moment in schedule.window for schedule in schedules) == 1


@given(eventful_spans())
def test_skipped_days_and_one_off_times_leave_no_gap_and_no_overlap(span):
    calendar, first, days = span
    schedules = list(calendar.schedules(first, days))
    assert [schedule.local_date for schedule in schedules] == [
        day for day in dates(first, days) if calendar.skips(day) is None
    ]
    for schedule in schedules:
        assert schedule.window.start <= schedule.window.end <= schedule.send_at < schedule.deadline
    for earlier, later in pairwise(schedules):
        assert earlier.send_at <= later.send_at
        if later.local_date - earlier.local_date <= LONGEST_DAYS * DAY:
            assert earlier.window.end == later.window.start
        else:
            assert later.window.start == calendar.earliest_on(later.local_date) > earlier.window.end


@given(eventful_spans())
def test_a_span_told_in_two_halves_is_the_span(span):
    calendar, first, days = span
    halves = [*calendar.schedules(first, 8), *calendar.schedules(first + 8 * DAY, days - 8)]
    assert halves == list(calendar.schedules(first, days))


@settings(max_examples=300)
@given(places_and_dates(), usual_times())
def test_there_is_always_time_between_sending_and_deadline(place, usual):
    zone, day = place
    schedule = Calendar(zone, usual).schedule_on(day, None)
    assert schedule.window.end <= schedule.send_at < schedule.deadline


def test_a_gap_that_swallows_sending_and_deadline_leaves_readers_the_usual_time():
    night = Calendar(BERLIN, EditionTimes(time(1, 30), time(2, 10), time(2, 50)))
    schedule = night.schedule_on(date(2026, 3, 29), None)
    assert (schedule.send_at, schedule.deadline) == (utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 40))


def test_a_window_begins_where_the_edition_before_ended_seven_days_ago_at_the_most():
    calendar, day = Calendar(UTC_ZONE, MORNING), date(2026, 3, 16)
    window = calendar.schedule_on(day, utc(2026, 3, 13, 5, 30)).window
    assert window == Window(utc(2026, 3, 13, 5, 30), utc(2026, 3, 16, 5, 30))
    assert window.hours == 72
    assert calendar.schedule_on(day, utc(2026, 1, 1)).window.hours == 7 * 24


def test_a_weekly_newsletter_loses_nothing_in_the_week_of_169_hours():
    calendar = Calendar(BERLIN, MORNING, SUNDAYS)
    hours = [schedule.window.hours for schedule in calendar.schedules(date(2026, 10, 12), 28)]
    assert hours == [168, 169, 168, 168]


def test_a_one_off_time_moves_cut_off_and_deadline_with_it_and_the_next_window_begins_there():
    calendar = Calendar(ZoneInfo("America/New_York"), MORNING, one_offs={ELECTION.day: ELECTION})
    before, election, after = calendar.schedules(date(2026, 11, 3), 3)
    assert before.window.hours == 24
    assert election.window == Window(before.window.end, utc(2026, 11, 4, 8, 30))
    assert (election.send_at, election.deadline) == (utc(2026, 11, 4, 9), utc(2026, 11, 4, 13))
    assert (after.window.start, after.window.hours) == (election.window.end, 26)


def test_a_one_off_time_is_an_edition_on_a_day_that_has_none():
    calendar = Calendar(UTC_ZONE, MORNING, SUNDAYS, one_offs={ELECTION.day: ELECTION})
    assert [schedule.local_date.day for schedule in calendar.schedules(date(2026, 11, 1), 8)] == [1, 4, 8]


def test_a_newsletter_says_why_it_has_no_edition_on_a_day():
    parsed = Settings.model_validate(
        raw(newsletter={"days": ["mon", "wed"], "skip_dates": ["2026-03-16", date(2026, 3, 18)]})
    )
    rare = Calendar.of(parsed.newsletters["daily-headlines"])
    assert rare.skips(date(2026, 3, 16)) == "2026-03-16 is one of skip_dates"
    assert rare.skips(date(2026, 3, 18)) == "2026-03-18 is one of skip_dates"
    assert rare.skips(date(2026, 3, 17)) == "2026-03-17 is a Tuesday, and days has none"
    assert rare.skips(date(2026, 3, 23)) is None


def test_a_calendar_is_what_the_settings_say():
    newsletter = Settings.model_validate(raw(newsletter={"days": ["sun"], "one_offs": "2026-11-04 04:00, election"}))
    calendar = Calendar.of(newsletter.newsletters["daily-headlines"])
    assert calendar == Calendar(ZoneInfo("Europe/Lisbon"), MORNING, SUNDAYS, frozenset(), {ELECTION.day: ELECTION})
