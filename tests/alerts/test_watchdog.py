"""The watchdog at work: several tell a thing once, one that hangs ends when it is told to, hearts are watched."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from listener import Listener
from newsroom import CUTOFF, MORNING, NEWSLETTER, configure

from digest.alerts.heart import Heart
from digest.alerts.watchdog import look, watchdog_running
from digest.clock import lease_store
from digest.demo.catcher import Catcher
from digest.editions.rehearsal_store import get_to_know

LATE = MORNING + timedelta(minutes=5)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def wait_for(is_so: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def known(database):
    with database.writing() as session:
        get_to_know(session, [NEWSLETTER], CUTOFF - timedelta(days=30))


def late():
    return LATE


def test_two_that_watch_one_database_tell_a_thing_once(database, tmp_path):
    known(database)
    with Catcher() as relay, Listener() as listener:
        hook = f'[alerts]\nwebhook_url = "{listener.url}"\n'
        settings = configure(tmp_path, database.url, relay.url, more=hook)
        watching = [watchdog_running(settings, database, late, look_seconds=0.02) for _ in range(2)]
        with watching[0], watching[1]:
            wait_for(lambda: relay.caught and listener.heard)
            time.sleep(0.2)
    assert (len(relay.caught), len(listener.heard)) == (1, 1)


@on_sqlite
def test_it_ends_at_once_though_a_webhook_keeps_it_waiting(database, tmp_path):
    known(database)
    with Listener() as listener:
        listener.pause_seconds = 3.0
        settings = configure(tmp_path, database.url, more=f'[alerts]\nwebhook_url = "{listener.url}"\n')
        with watchdog_running(settings, database, late, look_seconds=0.02):
            wait_for(lambda: listener.heard)
            told_to_end = time.monotonic()
        assert time.monotonic() - told_to_end < 2.0


def test_a_clock_that_fell_silent_is_told_of_by_who_watched_it(database, tmp_path):
    settings = configure(tmp_path, database.url)
    assert lease_store.take_free(database, "holder", "host 7", MORNING)
    watcher, newcomer = Heart(patience_seconds=0.0), Heart()

    def codes(heart, *, is_over=False):
        change = look(database, settings, CUTOFF, heart)
        return [one.finding.code.value for one in (change.over if is_over else change.opened)]

    assert codes(newcomer) == []
    assert codes(watcher) == ["no-heartbeat"]
    assert codes(newcomer, is_over=True) == codes(None, is_over=True) == []  # they can't know
    with database.writing() as session:
        assert lease_store.renew(session, "holder")
    assert codes(newcomer, is_over=True) == ["no-heartbeat"]
