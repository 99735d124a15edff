"""Readers' mornings: every reader has every edition once, when their own clocks show its hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editions.calendar import Calendar
from digest.editions.mornings import Mornings, last_deadline
from digest.settings.times import EditionTimes, OneOff

ZONES = (
    "Pacific/Kiritimati", "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Tokyo", "Asia/Kolkata", "Africa/Cairo",
    "Europe/Berlin", "Europe/London", "UTC", "America/Santiago", "America/New_York", "America/Los_Angeles",
    "Pacific/Honolulu", "Pacific/Pago_Pago",
)  # fmt: skip
USUAL = EditionTimes(time(5, 30), time(6), time(10))
DAY = date(2026, 6, 10)


def mornings(zone="Europe/Berlin", day=DAY, times=USUAL, **changes):
    return Mornings.of(Calendar(ZoneInfo(zone), times, **changes), day)


def utc(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Europe/Berlin", utc(10, 4)),
        ("Europe/London", utc(10, 5)),
        ("America/New_York", utc(10, 10)),
        ("Pacific/Honolulu", utc(10, 16)),
        ("Asia/Tokyo", utc(10, 21)),  # six in the morning of the eleventh
        ("Africa/Cairo", utc(11, 3)),  # an hour east: the edition is not made yet when Cairo wakes
    ],
)
def test_who_lives_further_west_gets_it_later_and_who_has_passed_the_hour_the_next_morning(zone, due):
    assert mornings().morning_in(ZoneInfo(zone)) == due


@given(
    st.sampled_from(ZONES), st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)  # fmt: skip
def test_each_reader_is_due_once_for_each_date_at_the_promised_hour_and_never_before_it_is_made(home, zone, day, at):
    times = EditionTimes(at, at, time(23, 59))
    if not times.are_in_order:
        return
    there = ZoneInfo(zone)
    made = [mornings(home, day + timedelta(days=number), times) for number in range(3)]
    due = [one.morning_in(there) for one in made]
    for one, moment in zip(made, due, strict=True):
        local = moment.astimezone(there)
        assert one.send_at <= moment <= one.send_at + timedelta(hours=27)
        assert (
            timedelta(0) <= local.date() - one.local_date <= timedelta(days=2)
        )  # from Samoa to Kiritimati are 25 hours
        # In the hour that a clock change swallows it is the first instant after it (T19).
        assert local.time().replace(fold=0) >= at
        if local.time().replace(fold=0) != at:
            assert (moment - timedelta(seconds=1)).astimezone(there).utcoffset() != local.utcoffset()
    assert due == sorted(due)


def test_readers_of_one_instant_are_one_wave_and_each_wave_has_its_own_deadline():
    waves = mornings().waves(["Europe/London", "America/New_York", "Europe/Lisbon"], utc(10, 4))
    assert [(wave.send_at, wave.deadline, wave.zones) for wave in waves] == [
        (utc(10, 5), utc(10, 9), ("Europe/Lisbon", "Europe/London")),
        (utc(10, 10), utc(10, 14), ("America/New_York",)),
    ]
    schedule = Calendar(ZoneInfo("Europe/Berlin"), USUAL).schedule_on(DAY, None)
    assert last_deadline(schedule, waves) == utc(10, 14)
    assert last_deadline(schedule, []) == schedule.deadline


def test_who_was_due_before_it_was_out_has_as_long_as_anybody():
    late = utc(10, 7, 30)
    (wave,) = mornings().waves(["Europe/London"], late)
    assert (wave.send_at, wave.deadline) == (utc(10, 5), late + timedelta(hours=4))
    own = mornings().own(late)
    assert (own.send_at, own.deadline) == (utc(10, 4), late + timedelta(hours=4))


def test_on_a_date_with_a_time_of_its_own_readers_wake_to_that_time():
    early = OneOff(DAY, time(4), "election")
    made = mornings(one_offs={DAY: early})
    assert made.morning_in(ZoneInfo("Europe/London")) == utc(10, 3)
