"""Relays that are away, busy, rude, slow or mad: everybody gets the edition once, and nothing is made up."""

import time
from collections.abc import Callable

import pytest
from bad_morning import CONNECTIONS, READERS, Beginning, numbered, unhurried
from scripted_relay import ACCEPT_AND_CLOSE, CLOSE, PASS, Answer


def addresses(*numbers: int) -> set[str]:
    return {f"reader{number}@example.org" for number in numbers}


def test_a_relay_that_is_down_at_the_start_gets_everything_when_it_is_up(morning: Beginning) -> None:
    send = morning(is_up=False)
    run = send.start()
    time.sleep(2)
    assert run.process.poll() is None
    assert send.count("queued") == READERS
    send.relay.revive()
    send.check(run.report(), unknown=0)


def test_a_relay_that_dies_midway_for_some_seconds_costs_nobody_the_edition(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start()
    send.wait_for_accepted(READERS // 4)
    send.relay.die()
    time.sleep(2)
    send.relay.revive()
    send.check(run.report(), unknown=CONNECTIONS)


def test_who_is_greylisted_at_first_gets_it_at_the_second_try(morning: Beginning) -> None:
    def greylist(remainder: int) -> Callable[[str, int], Answer]:
        def answer(recipient: str, times: int) -> Answer:
            is_new = times == 1 and numbered(recipient) % 40 == remainder
            return "451 4.7.1 come back later" if is_new else PASS

        return answer

    send = morning(at_rcpt=greylist(0), at_data=greylist(20))
    send.check(send.start().report(), unknown=0)
    assert sum(times == 2 for times in send.relay.seen.values()) == READERS // 20


def test_who_is_refused_fails_and_nobody_else(morning: Beginning) -> None:
    refused = addresses(*range(100, READERS + 1, 100))
    send = morning(at_rcpt=lambda recipient, _times: "550 5.1.1 nobody here" if recipient in refused else PASS)
    run = send.start()
    report = run.report()
    assert run.process.returncode == 1
    send.check(report, unknown=0, failed=refused)
    assert max(send.relay.seen.values()) == 1


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_relay_that_ends_every_connection_after_fifty_messages_is_reconnected_to(
    morning: Beginning, pipelining: bool
) -> None:
    send = morning(messages_per_connection=50, pipelining=pipelining)
    send.check(send.start().report(), unknown=0)
    assert send.relay.connections >= READERS // 50


def test_whose_connection_is_closed_right_after_the_final_dot_are_unknown_and_nobody_else(morning: Beginning) -> None:
    taken, dropped = addresses(7, 300, 301, 1500), addresses(8, 900, 2000)

    def leave(recipient: str, _times: int) -> Answer:
        return ACCEPT_AND_CLOSE if recipient in taken else CLOSE if recipient in dropped else PASS

    send = morning(at_data=leave)
    send.check(send.start().report(), unknown=taken | dropped)


def test_whose_connection_is_closed_before_the_final_dot_are_tried_again_or_at_most_unknown(morning: Beginning) -> None:
    cut = addresses(7, 300, 301, 1500)
    send = morning(at_body=lambda recipient, times: 5000 if recipient in cut and times == 1 else None)
    report = send.start().report()
    send.check(report, unknown=len(cut))
    assert {who for who, status in send.statuses().items() if status == "unknown"} <= cut


def test_garbage_instead_of_a_reply_is_no_answer(morning: Beginning) -> None:
    after_the_dot, before_it = addresses(50, 700), addresses(51, 1200)
    garbage = {50: b"\xff\x00?\r\n", 700: b"250\xa0", 51: b"x" * 5000, 1200: b"999 what\r\n"}

    def babble(recipient: str, times: int) -> Answer:
        return garbage[numbered(recipient)] if times == 1 else PASS

    def at_data(recipient: str, times: int) -> Answer:
        return babble(recipient, times) if recipient in after_the_dot else PASS

    def at_rcpt(recipient: str, times: int) -> Answer:
        return babble(recipient, times) if recipient in before_it else PASS

    send = morning(at_data=at_data, at_rcpt=at_rcpt)
    send.check(send.start(timeout_seconds=2).report(), unknown=after_the_dot)


def test_a_connection_that_takes_one_octet_a_second_holds_up_nobody_else(morning: Beginning) -> None:
    send = morning(body_pace=lambda connection, _messages: 1.0 if connection == 1 else None)
    report = send.start(timeout_seconds=2).report()
    send.check(report, unknown=1)
