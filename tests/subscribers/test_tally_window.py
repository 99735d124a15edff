"""The sliding hour (S07): a pure rule, and its law."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sample_readers import NOW

from subscribers.sliding_window import WINDOW, estimate, first_room, free_from, window_at

HOUR = window_at(NOW)
WEEK = timedelta(days=7)
FUZZ = 1e-5  # an instant is kept to the microsecond


def room(counts, limit, earliest, latest=None):
    return first_room(lambda window: counts.get(window, 0), limit, earliest, latest or earliest + WEEK)


def test_an_hour_begins_when_the_clock_strikes():
    assert window_at(NOW) == NOW - timedelta(minutes=30)


def test_half_of_the_last_hour_counts_when_half_of_this_one_is_over():
    assert estimate(10, 3, 0.5) == 8


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_one_more_fits_at_the_first_instant_that_is_named_and_never_before(previous, current, limit, elapsed):
    free = free_from(previous, current, limit, elapsed)
    earlier = elapsed if free is None else (elapsed + free) / 2
    if free is None:
        assert estimate(previous, current, 1 - FUZZ) + 1 > limit - FUZZ * 50
    else:
        assert elapsed <= free <= 1
        assert estimate(previous, current, free) + 1 <= limit + FUZZ
    if free != elapsed:
        assert estimate(previous, current, earlier) + 1 > limit


@given(st.lists(st.integers(0, 90), max_size=80), st.integers(1, 7))
def test_who_takes_every_first_room_never_has_more_than_the_limit_by_the_estimate(pauses, limit):
    moment, counts = NOW, Counter()
    for pause in pauses:
        moment += timedelta(minutes=pause)
        due = room(counts, limit, moment)
        assert due >= moment
        window = window_at(due)
        assert counts[window] < limit
        assert estimate(counts[window - WINDOW], counts[window], (due - window) / WINDOW) + 1 <= limit + FUZZ
        counts[window] += 1


def test_a_flood_leaves_at_the_pace_of_the_limit_and_nothing_of_it_is_lost():
    counts = Counter()
    dues = []
    for _ in range(50):
        dues.append(room(counts, 10, NOW))
        counts[window_at(dues[-1])] += 1
    assert dues[:10] == [NOW] * 10
    assert dues == sorted(dues)
    assert HOUR + timedelta(hours=4) <= dues[-1] <= HOUR + timedelta(hours=5, minutes=30)


def test_there_is_no_room_after_the_latest_instant_nor_ever_where_nothing_is_allowed():
    full = {HOUR: 3}
    assert room(full, 3, NOW, latest=NOW) is None
    assert room(full, 3, NOW) == HOUR + WINDOW + WINDOW / 3
    assert room(full, 3, NOW, latest=HOUR + WINDOW) is None
    assert room({}, 0, NOW) is None


def test_what_is_put_off_already_is_counted():
    assert room({HOUR: 1, HOUR + WINDOW: 1}, 1, NOW) >= HOUR + 2 * WINDOW
