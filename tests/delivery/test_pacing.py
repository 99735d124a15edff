"""What each recipient domain gets in a second, whatever is asked and in which order."""

import heapq
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.pacing import SOON, DomainPace

ROUNDING = 1e-6
RATES = st.floats(0.05, 200)
SHARES = st.sampled_from([1.0, 0.5, 1 / 3])
STEPS = st.lists(st.floats(0, 5) | st.just(0.0) | st.floats(0, 0.01), min_size=1, max_size=200)


def taken(pace: DomainPace, steps: list[float], domain: str = "example.org", start: float = 1000.0) -> list[float]:
    """Ask after each of *steps* seconds; give the moments of the slots that are ours."""
    asked = itertools.accumulate(steps, initial=start)
    answers = [(now, pace.slot(domain, now)) for now in asked]
    assert all(moment >= now for now, moment in answers)
    return [moment for now, moment in answers if moment <= now + SOON]


def all_sent(readers: int, paces: list[DomainPace], nap: float) -> tuple[list[float], int]:
    """Send to *readers* as sending processes do: each in its turn claims what is due, and gives back what must wait."""
    queue = [(0.0, reader) for reader in range(readers)]
    sent: list[float] = []
    asked = 0
    for turn, pace in enumerate(itertools.cycle(paces)):
        if not queue:
            return sorted(sent), asked
        now = turn * nap
        while queue and queue[0][0] <= now:
            _, reader = heapq.heappop(queue)
            moment, asked = pace.slot("example.org", now), asked + 1
            if moment <= now + SOON:
                sent.append(moment)
            else:
                heapq.heappush(queue, (moment, reader))
    return sorted(sent), asked


@given(RATES, SHARES, STEPS)
def test_no_span_of_time_holds_more_than_the_rate_and_the_burst(rate, share, steps):
    moments = taken(DomainPace({"example.org": rate}, share), steps)
    own = rate * share
    assert moments == sorted(moments)
    for first, start in enumerate(moments):
        for last in range(first, len(moments)):
            assert last - first + 1 <= own * (moments[last] - start) + max(2.0, own) + ROUNDING


@given(RATES, st.lists(st.floats(0, 0.2), min_size=1, max_size=50))
def test_what_others_send_takes_nothing_from_a_domain(rate, steps):
    alone, beside = DomainPace({"*": rate}), DomainPace({"*": rate})
    for _ in range(100):
        beside.slot("other.example", 1000.0)
    assert taken(alone, steps) == taken(beside, steps)


def test_a_domain_that_is_not_named_has_the_rate_of_the_star_and_without_one_no_limit():
    both = DomainPace({"example.org": 1, "*": 2})
    assert [both.slot("example.org", 5.0) for _ in range(3)] == [5.0, 5.0, 6.0]
    assert [both.slot("other.example", 5.0) for _ in range(3)] == [5.0, 5.0, 5.5]
    assert {DomainPace({"example.org": 1}).slot("other.example", 5.0) for _ in range(9)} == {5.0}


def test_after_a_rest_a_domain_gets_one_seconds_burst_and_no_more():
    pace = DomainPace({"example.org": 4}, soon=0.0)
    for _ in range(20):
        pace.slot("example.org", 0.0)
    rested = [pace.slot("example.org", 3600.0) for _ in range(6)]
    assert rested[:4] == [3600.0] * 4
    assert rested[4:] == [3600.25, 3600.5]


def test_who_must_wait_is_given_a_moment_in_line():
    pace = DomainPace({"example.org": 2})
    assert [pace.slot("example.org", 0.0) for _ in range(6)] == [0.0, 0.0, 0.5, 1.0, 1.5, 2.0]
    assert pace.slot("example.org", 0.5) == 0.5  # the first of them, back on time


@pytest.mark.parametrize("rate", [0.5, 3, 20, 100])
def test_all_who_wait_get_their_mail_at_the_full_rate_and_are_hardly_asked_twice(rate):
    readers = int(rate * 60)
    sent, asked = all_sent(readers, [DomainPace({"example.org": rate})], nap=0.05)
    assert len(sent) == readers
    assert 60 - max(2.0, rate) / rate - 1 / rate <= sent[-1] <= 66
    assert asked <= 3 * readers


@pytest.mark.parametrize("rate", [0.2, 0.7, 1, 1.5, 3])
def test_a_clerk_who_comes_a_little_late_loses_no_hundredth_of_a_low_rate(rate):
    readers = 600
    sent, asked = all_sent(readers, [DomainPace({"example.org": rate}, soon=0)], nap=0.0973)
    assert sent[-1] <= readers / rate / 0.99
    assert asked <= 3 * readers


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_that_share_a_rate_keep_to_it_together_and_lose_little_of_it(processes):
    paces = [DomainPace({"example.org": 40}, share=1 / processes) for _ in range(processes)]
    sent, _ = all_sent(2400, paces, nap=0.013)
    for early, late in zip(sent, sent[200:], strict=False):
        assert 40 * (late - early) + 40 + ROUNDING >= 201
    assert sent[-1] <= 75


def test_a_million_domains_are_not_remembered():
    pace = DomainPace({"*": 10})
    for number in range(50_000):
        pace.slot(f"d{number}.example", number / 100)
    assert len(pace._lines) <= 20_000
    assert pace.slot("d49999.example", 500.0) == 500.0
