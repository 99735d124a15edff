from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.retrieval.source_health import (
    LONGEST_SILENCE,
    BackOff,
    SourceHealth,
    after_failure,
    after_no_change,
    after_reading,
    known_health,
)
from digest.articles.retrieval.store import healths, record_healths

NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = "https://post.example/feed"
NEW = "https://post.example/new"
BACK_OFF = BackOff(timedelta(minutes=15), timedelta(days=1))
WELL = SourceHealth(
    "Post", FEED, NOW, etag='"7"', last_modified="Sat", succeeded_at=NOW, changed_at=NOW, newest_at=NOW, entries=20
)


def failed(health, asked=None, jitter=0.5):
    return after_failure(health, NOW + HOUR, "it answers 500", BACK_OFF, jitter, asked)


def read(health, **changes):
    told = {"moved_to": None, "etag": '"8"', "last_modified": None, "newest_at": NOW, "entries": 5, "rejected": 0}
    return after_reading(health, NOW + HOUR, **{**told, **changes})


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (7, 960), (8, 1440), (5000, 1440)])
def test_each_failure_doubles_the_wait_up_to_a_day(failures, minutes):
    assert BACK_OFF.wait(failures, 0.5) == timedelta(minutes=minutes)


@given(st.integers(1, 100), st.floats(0, 1), st.integers(0, 10**9))
def test_a_wait_is_never_shorter_than_asked_nor_without_end(failures, jitter, asked):
    wait = BACK_OFF.wait(failures, jitter, timedelta(seconds=asked))
    assert min(timedelta(seconds=asked), LONGEST_SILENCE) <= wait <= max(LONGEST_SILENCE, timedelta(days=1.2))
    assert wait >= timedelta(minutes=12)


def test_a_failure_keeps_what_was_known_and_says_when_to_try_again():
    assert failed(WELL) == replace(
        WELL, tried_at=NOW + HOUR, failures=1, next_try_at=NOW + HOUR * 1.25, problem="it answers 500"
    )
    assert failed(WELL).waits(NOW + HOUR)
    assert not failed(WELL).waits(NOW + 2 * HOUR)
    assert not WELL.waits(NOW)


def test_a_reading_ends_all_failures():
    assert read(failed(failed(WELL))) == replace(
        WELL,
        tried_at=NOW + HOUR,
        succeeded_at=NOW + HOUR,
        changed_at=NOW + HOUR,
        etag='"8"',
        last_modified=None,
        entries=5,
    )


def test_no_change_is_a_success_that_changes_nothing_else():
    assert after_no_change(failed(WELL), NOW + HOUR, None) == replace(
        WELL, tried_at=NOW + HOUR, succeeded_at=NOW + HOUR
    )


def test_an_address_that_it_moved_to_is_asked_from_then_on_until_it_fails():
    moved = read(WELL, moved_to=NEW)
    assert (moved.address, after_no_change(moved, NOW, None).address) == (NEW, NEW)
    back = failed(moved)
    assert (back.address, back.etag, back.last_modified) == (FEED, None, None)


def test_another_feed_in_the_configuration_begins_anew():
    assert known_health(WELL, "Post", FEED, NOW) is WELL
    assert known_health(WELL, "Post", NEW, NOW) == SourceHealth("Post", NEW, NOW)
    assert known_health(None, "Post", NEW, NOW) == SourceHealth("Post", NEW, NOW)


def test_what_is_recorded_comes_back_as_it_was(database):
    with database.writing() as session:
        record_healths(session, [failed(WELL), replace(WELL, source="Other", moved_to=NEW)])
        record_healths(session, [WELL])
    with database.reading() as session:
        assert healths(session) == {"Post": WELL, "Other": replace(WELL, source="Other", moved_to=NEW)}
