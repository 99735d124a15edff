"""Of many who could act exactly one does, and a dead one is followed."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from digest.clock.lease import Lease
from digest.clock.lease_store import sign_of_holder, take_over
from digest.clock.watch import Sign, Watch
from digest.database import Database

NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
ONE, TWO = Sign("one", 1), Sign("one", 2)


def lease(database: Database, patience_seconds: float = 30.0) -> Lease:
    return Lease(database, lambda: NOW, patience_seconds)


def test_the_first_one_has_it_and_keeps_it_until_it_is_given_back(database: Database) -> None:
    first, second = lease(database), lease(database)
    assert [first.keep(), second.keep(), first.keep(), second.keep()] == [True, False, True, False]
    second.release()
    assert [second.keep(), first.keep()] == [False, True]
    first.release()
    assert [second.keep(), first.keep()] == [True, False]


def test_one_that_is_silent_is_followed_and_finds_out(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    first, second = lease(database), lease(database, patience_seconds=0.4)
    assert (first.keep(), second.keep()) == (True, False)
    silent_since = time.monotonic()
    while not second.keep():
        assert time.monotonic() < silent_since + 20
        time.sleep(0.02)
    assert time.monotonic() - silent_since >= 0.4
    assert [first.keep(), second.keep()] == [False, True]
    assert [record.message for record in caplog.records] == [
        "the process that read feeds and sent editions is gone: this one does it now",
        "another process reads feeds and sends editions now: this one was silent for too long",
    ]
    first.release()
    assert second.keep()


def test_of_twelve_who_come_at_once_one_has_it(database: Database) -> None:
    assert sum(at_once(lambda: lease(database).keep())) == 1


def test_of_twelve_who_see_the_holder_dead_at_once_one_follows(database: Database) -> None:
    assert lease(database).keep()
    with database.reading() as session:
        dead = sign_of_holder(session)

    def follow() -> bool:
        with database.writing() as session:
            return take_over(session, dead, str(threading.get_ident()), "here", NOW)

    assert sum(at_once(follow)) == 1


def at_once(act: Callable[[], bool]) -> list[bool]:
    """Let twelve threads do it at one moment; return what each came to."""
    barrier = threading.Barrier(12)

    def one(_number: int) -> bool:
        barrier.wait(20)
        return act()

    with ThreadPoolExecutor(12) as threads:
        return list(threads.map(one, range(12)))


def test_a_holder_is_dead_when_it_gave_no_sign_for_the_whole_patience() -> None:
    watch = Watch(30.0)
    assert [watch.is_dead(ONE, at) for at in (100.0, 110.0, 120.0, 129.9)] == [False] * 4
    assert watch.is_dead(ONE, 130.0)


def test_every_sign_begins_the_patience_anew() -> None:
    watch = Watch(30.0)
    assert [watch.is_dead(ONE, at) for at in (100.0, 110.0, 120.0)] == [False] * 3
    assert [watch.is_dead(TWO, at) for at in (125.0, 135.0, 145.0, 154.9)] == [False] * 4
    assert watch.is_dead(TWO, 155.0)


def test_whoever_did_not_look_all_the_while_begins_anew() -> None:
    watch = Watch(30.0)
    assert not watch.is_dead(ONE, 100.0)
    assert not watch.is_dead(ONE, 3_700.0)
    assert [watch.is_dead(ONE, at) for at in (3_710.0, 3_720.0, 3_730.0)] == [False, False, True]
