"""Senders that die: killed at any moment, alone or with their crew, or told to end."""

import os
import random
import signal
import time
from collections.abc import Collection
from itertools import pairwise

import pytest
from bad_morning import CONNECTIONS, READERS, BadMorning, Beginning, Sending, unhurried, wait_for
from scripted_relay import PASS, Answer

CHANCE = random.Random(20261122)  # noqa: S311 - moments, not secrets, and the same ones in every run


def test_a_send_killed_at_fourteen_moments_and_begun_again_reaches_everybody_once(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    kill_and_begin_again(send, kills=14, at_start={3, 10})


def test_on_postgresql_a_send_killed_at_three_moments_and_begun_again_reaches_everybody_once(
    postgresql_morning: Beginning,
) -> None:
    send = postgresql_morning(at_data=unhurried)
    kill_and_begin_again(send, kills=3, processes=2)


def kill_and_begin_again(send: BadMorning, kills: int, at_start: Collection[int] = (), **settings: object) -> None:
    """Kill so many sends at random moments, those of *at_start* while they start, and let one more go to the end."""
    looks = [(0, 0)]  # kills that have been sorted out, and how many are unknown
    for number in range(kills):
        run = send.start(**settings)
        if number in at_start:
            time.sleep(CHANCE.uniform(0.02, 0.3))
        else:
            accepted = len(send.relay.accepted)
            send.wait_for_accepted(accepted + 1)
            looks.append((number, send.count("unknown")))
            send.wait_for_accepted(accepted + CHANCE.randrange(1, 80))
        run.kill()
    report = send.start(**settings).report()
    looks.append((kills, report["unknown"]))
    for (killed, unknown), (killed_then, unknown_then) in pairwise(looks):
        assert unknown_then - unknown <= CONNECTIONS * (killed_then - killed), "more than one a connection is unknown"
    send.check(report, unknown=CONNECTIONS * kills)


@pytest.mark.parametrize("more", [50, 700])
def test_a_crew_killed_all_at_once_leaves_nobody_out(morning: Beginning, more: int) -> None:
    send, run = begun_by_two(morning)
    send.wait_for_accepted(len(send.relay.accepted) + more)
    run.kill()
    send.check(send.start().report(), unknown=CONNECTIONS)


def test_when_the_first_process_is_killed_its_crew_ends_and_the_next_run_goes_on(morning: Beginning) -> None:
    send, run = begun_by_two(morning)
    send.wait_for_accepted(len(send.relay.accepted) + 200)
    os.kill(run.process.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert len(send.relay.accepted) < READERS
    send.check(send.start().report(), unknown=CONNECTIONS // 2)


def test_when_one_of_the_crew_is_killed_the_first_process_carries_on_and_sorts_out_what_it_left(
    morning: Beginning,
) -> None:
    send, run = begun_by_two(morning)
    send.wait_for_accepted(len(send.relay.accepted) + 200)
    (member,) = run.crew()
    os.kill(member, signal.SIGKILL)
    send.check(run.report(), unknown=CONNECTIONS // 2)


def test_told_to_end_it_finishes_what_it_has_begun_and_leaves_the_rest_claimed_by_nobody(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start_cold(processes=2)
    send.wait_for_accepted(READERS // 10)
    told_at = time.monotonic()
    run.process.send_signal(signal.SIGTERM)
    report = run.report()
    assert time.monotonic() - told_at < 10
    assert (run.process.returncode, report["unknown"], report["failed"]) == (1, 0, 0)
    assert report["sent"] == len(send.relay.accepted) < READERS
    assert report["deferred"] == send.count("queued") == READERS - report["sent"]
    assert send.journals() == []
    send.check(send.start().report(), unknown=0)


def begun_by_two(morning: Beginning) -> tuple[BadMorning, Sending]:
    """Begin a send by two processes, at a relay that takes its time until both are there."""

    def take_time(_recipient: str, _times: int) -> Answer:
        time.sleep(0.001 if are_both_there() else 0.01)
        return PASS

    def are_both_there() -> bool:
        return send.relay.connections > CONNECTIONS // 2

    send = morning(at_data=take_time)
    run = send.start(processes=2)
    wait_for(are_both_there)
    return send, run
