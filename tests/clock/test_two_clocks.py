"""Two processes on one database: one acts, and when it is killed the other does; no reader notices."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom import DAY, MORNING, configure, enlist, stock
from running_clock import Newsroom, children, wait_for
from scripted_relay import PASS
from sqlmodel import select
from told_time import tell_time

from digest.clock.tables import LeaseRow
from digest.database import Database

LONE_CLOCK = Path(__file__).with_name("lone_clock.py")
READERS = 40


def unhurried(_recipient: str, _times: int) -> str:
    time.sleep(0.03)
    return PASS


def start_clock(newsroom: Newsroom) -> "subprocess.Popen[str]":
    """Start a clock in a process of its own; what it says is appended to clocks.log."""
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    with (newsroom.folder / "clocks.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, LONE_CLOCK, newsroom.folder],
            env=environment | {"PYTHONPATH": paths},
            stderr=log,
            text=True,
        )


@contextmanager
def lone_clock(newsroom: Newsroom) -> Iterator["subprocess.Popen[str]"]:
    process = start_clock(newsroom)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def holder(newsroom: Newsroom) -> int | None:
    with newsroom.database.reading() as session:
        row = session.exec(select(LeaseRow)).one_or_none()
        return int(row.host.rpartition(" ")[2]) if row else None


def stop_between_writes(process: "subprocess.Popen[str]", database: Database) -> None:
    """Stop *process* where it does not hold SQLite's lock, which nobody could take from it."""
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        try:
            with closing(sqlite3.connect(database.engine.url.database or "", timeout=0.1)) as other:
                other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.03)
        else:
            return
    raise AssertionError("it was in the middle of a write each time")


def test_when_the_one_that_acts_is_killed_midway_the_other_goes_on(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    enlist(newsroom.database, READERS)
    newsroom.relay.at_data = unhurried
    tell_time(MORNING - timedelta(minutes=1))
    configure(newsroom.folder, newsroom.database.url, newsroom.relay.url)
    with ExitStack() as running:
        clocks = {clock.pid: clock for clock in (running.enter_context(lone_clock(newsroom)) for _ in range(2))}
        wait_for(lambda: holder(newsroom))
        acting = clocks.pop(holder(newsroom) or 0)
        ((other, _),) = clocks.items()
        tell_time(MORNING)
        wait_for(lambda: len(newsroom.relay.accepted) > 5)
        assert children(other) == []
        acting.kill()
        acting.wait()
        row = newsroom.wait_for("sent")
        assert holder(newsroom) == other
    assert (row.eligible, row.failed) == (READERS, 0)
    assert row.sent + row.unknown == READERS
    assert row.unknown <= 2  # one for each connection
    assert max(Counter(newsroom.relay.offered).values()) == 1
    assert holder(newsroom) is None
    log = (newsroom.folder / "clocks.log").read_text()
    assert "the process that read feeds and sent editions is gone: this one does it now" in log
    assert f"morning/{DAY}: {READERS} eligible = " in log


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_that_was_stopped_in_its_tracks_acts_no_more_when_it_goes_on(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    tell_time(MORNING - timedelta(minutes=1))
    configure(newsroom.folder, newsroom.database.url, newsroom.relay.url)
    with ExitStack() as running:
        clocks = {clock.pid: clock for clock in (running.enter_context(lone_clock(newsroom)) for _ in range(2))}
        wait_for(lambda: holder(newsroom))
        stopped = clocks.pop(holder(newsroom) or 0)
        ((other, _),) = clocks.items()
        stop_between_writes(stopped, newsroom.database)
        try:
            wait_for(lambda: holder(newsroom) == other)
        finally:
            stopped.send_signal(signal.SIGCONT)
        wait_for(lambda: "this one was silent for too long" in (newsroom.folder / "clocks.log").read_text())
        tell_time(MORNING)
        newsroom.wait_for("sent")
        assert children(stopped.pid) == []
    assert sorted(newsroom.relay.accepted) == sorted(newsroom.readers)
