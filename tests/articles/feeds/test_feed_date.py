from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.feeds.feed_date import feed_instant, not_after, told_instant

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Sat, 14 Mar 2026 12:00:00 GMT", "2026-03-14T12:00:00"),
        ("Sat, 14 Mar 2026 12:00:00 +0200", "2026-03-14T10:00:00"),
        ("Sat, 14 Mar 2026 12:00 EST", "2026-03-14T17:00:00"),
        ("Sat, 14 Mar 26 12:00:00 PDT", "2026-03-14T19:00:00"),
        ("14 Mar 99 12:00:00 Z", "1999-03-14T12:00:00"),
        ("Saturday, 14 March 2026 12:00:00 UTC", "2026-03-14T12:00:00"),
        ("Sat,14 Mar 2026 12:00:00 GMT", "2026-03-14T12:00:00"),
        ("Sat, 14 Mar 2026 12:00:00 GMT+02:00", "2026-03-14T10:00:00"),
        ("Sat, 14 Mar 2026 12:00:00 +0200 (CEST)", "2026-03-14T10:00:00"),
        ("Sat, 14 Mar 2026 24:00:00 GMT", "2026-03-15T00:00:00"),
        ("Sat, 14 Mar 2026 23:59:60 GMT", "2026-03-14T23:59:59"),
        ("Sat, Mar 14 2026 02:02:33 PM", "2026-03-14T14:02:33"),
        ("March 14, 2026 at 12:05 a.m.", "2026-03-14T00:05:00"),
        ("Mar. 14th, 2026", "2026-03-14T00:00:00"),
        ("14 de marzo de 2026 12:00", "2026-03-14T12:00:00"),
        ("sam., 14 mars 2026 12:00:00 +0100", "2026-03-14T11:00:00"),
        ("Sa, 14 Mär 2026 12:00:00 MEZ", "2026-03-14T11:00:00"),
        ("14. März 2026", "2026-03-14T00:00:00"),
        ("Sat Mar 14 12:00:00 EDT 2026", "2026-03-14T16:00:00"),
        ("2026-03-14T12:00:00Z", "2026-03-14T12:00:00"),
        ("2026-03-14T12:00:00.1234567+01:00", "2026-03-14T11:00:00"),
        ("2026-03-14T12:00:00+0530", "2026-03-14T06:30:00"),
        ("2026-03-14 12:00:00", "2026-03-14T12:00:00"),
        ("2026-03-14T12:00:00-08", "2026-03-14T20:00:00"),
        ("2026-03-14", "2026-03-14T00:00:00"),
        ("2026/03/14 12:00", "2026-03-14T12:00:00"),
        ("20260314T120000Z", "2026-03-14T12:00:00"),
        ("20260314", "2026-03-14T00:00:00"),
        ("14.03.2026 12:00", "2026-03-14T12:00:00"),
        ("14/03/2026", "2026-03-14T00:00:00"),
        ("03/14/2026 12:00", "2026-03-14T12:00:00"),
        ("03/04/2026", "2026-03-04T00:00:00"),
        ("03.04.2026", "2026-04-03T00:00:00"),
        ("1773489600", "2026-03-14T12:00:00"),
        ("1773489600000", "2026-03-14T12:00:00"),
        ("  Sat, 14 Mar\n 2026   12:00:00 GMT ", "2026-03-14T12:00:00"),
        ("Sat, 14 Mar 2026 12:00:00 XYZ", "2026-03-14T12:00:00"),
        ("Tuesday", None),
        ("12:00", None),
        ("yesterday", None),
        ("", None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("Sat, 14 Mar 2026 25:00:00 GMT", None),
        ("Sat, 14 Mar 2026 12:00:00 +9900", None),
        ("9" * 10, None),
        ("Sat, 14 Mar 2026 12:00:00 GMT" + " " * 5 + "x" * 80, None),
    ],
)
def test_a_date_of_any_form_is_one_instant_or_none(text, instant):
    assert feed_instant(text) == (datetime.fromisoformat(instant).replace(tzinfo=UTC) if instant else None)


INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(INSTANTS, ZONES)
def test_what_the_standards_write_is_read_as_it_was_meant(instant, offset):
    whole = instant.replace(microsecond=0)
    local = whole.astimezone(timezone(offset))
    assert feed_instant(local.isoformat()) == whole
    assert feed_instant(format_datetime(local)) == whole
    assert feed_instant(format_datetime(whole, usegmt=True)) == whole


@given(st.text(st.sampled_from("0123456789 :-+/.,TZapmAMGJanuebrch()"), max_size=60))
def test_no_text_is_more_than_a_date_or_none(text):
    instant = feed_instant(text)
    assert instant is None or instant.tzinfo is UTC


def test_the_first_date_that_can_be_read_counts():
    assert told_instant(("soon", "2026-03-14T12:00:00Z", "2020-01-01")) == NOON
    assert told_instant(()) is None


@pytest.mark.parametrize(
    ("ahead", "clamped", "is_flagged"),
    [
        (timedelta(), False, False),
        (-timedelta(days=900), False, False),
        (timedelta(minutes=9), True, False),
        (timedelta(minutes=11), True, True),
        (timedelta(days=4000), True, True),
    ],
)
def test_a_date_that_is_still_to_come_is_now_and_is_flagged(ahead, clamped, is_flagged):
    instant, remark = not_after(NOON + ahead, NOON, timedelta(minutes=10))
    assert instant == (NOON if clamped else NOON + ahead)
    assert (remark is not None) == is_flagged
