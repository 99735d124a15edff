"""The circuit breaker: when a relay is left alone, who may try it again, and when all is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.breaker import FIRST_PAUSE, LONGEST_PAUSE, POLICY_REFUSALS, Breaker


def opened_often(times: int) -> tuple[Breaker, float]:
    """Give a breaker whose relay failed at every trial, and the moment of the last one."""
    breaker, now = Breaker(), 100.0
    for _ in range(times):
        breaker.open("connection refused", now)
        now += breaker.wait(now)
    return breaker, now


def test_a_relay_of_which_nothing_is_known_may_be_tried() -> None:
    assert Breaker().wait(5.0) == 0


def test_after_a_failure_it_is_left_alone_for_a_second() -> None:
    breaker = Breaker()
    assert breaker.open("connection refused", 10.0)
    assert breaker.trouble == "connection refused"
    assert breaker.wait(10.0) == FIRST_PAUSE
    assert breaker.wait(10.0 + FIRST_PAUSE) == 0


def test_only_one_connection_tries_at_a_time() -> None:
    breaker, now = opened_often(1)
    assert breaker.wait(now) == 0
    assert breaker.wait(now) > 0
    breaker.trial_ended()
    assert breaker.wait(now) == 0


def test_many_connections_that_fail_together_count_once() -> None:
    breaker = Breaker()
    assert [breaker.open("gone", 10.0 + late) for late in (0.0, 0.1, 0.2)] == [True, False, False]
    assert breaker.wait(10.2) < FIRST_PAUSE


def test_a_pause_doubles_with_each_trial_that_fails_up_to_a_minute() -> None:
    pauses = []
    breaker, now = Breaker(), 0.0
    for _ in range(8):
        breaker.open("gone", now)
        pauses.append(breaker.wait(now))
        now += breaker.wait(now)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE]


def test_one_message_taken_closes_it_and_forgets_the_pauses() -> None:
    breaker, now = opened_often(5)
    assert breaker.took_a_message()
    assert not breaker.took_a_message()
    assert breaker.is_closed
    breaker.open("gone again", now)
    assert breaker.wait(now) == FIRST_PAUSE


def test_refusals_by_policy_open_it_only_when_nothing_is_taken_between_them() -> None:
    breaker = Breaker()
    for _ in range(5):
        assert not any(breaker.refused_by_policy() for _ in range(POLICY_REFUSALS - 1))
        breaker.took_a_message()
    assert [breaker.refused_by_policy() for _ in range(POLICY_REFUSALS)][-1]


def test_on_trial_a_single_refusal_by_policy_is_enough() -> None:
    breaker, now = opened_often(1)
    assert breaker.wait(now) == 0
    assert breaker.refused_by_policy()


@given(st.lists(st.tuples(st.sampled_from(["open", "took", "ended", "policy", "wait"]), st.floats(0, 30)), max_size=40))
def test_whatever_happens_a_try_is_never_further_off_than_a_minute(events: list[tuple[str, float]]) -> None:
    breaker, now = Breaker(), 0.0
    acts = {
        "open": lambda: breaker.open("gone", now),
        "took": breaker.took_a_message,
        "ended": breaker.trial_ended,
        "policy": breaker.refused_by_policy,
        "wait": lambda: breaker.wait(now),
    }
    for name, later in events:
        now += later
        acts[name]()
    assert 0 <= breaker.wait(now) <= LONGEST_PAUSE
