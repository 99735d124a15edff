"""A ledger that can't be written for a while: locked by somebody else, or the disk is full."""

import resource
import sqlite3
import time

from bad_morning import READERS, Beginning, unhurried, wait_for

HALF_A_MEGABYTE = 500_000


def test_a_database_that_is_locked_for_five_seconds_delays_and_nothing_more(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start()
    send.wait_for_accepted(READERS // 4)
    with sqlite3.connect(send.folder / "digest.db", isolation_level=None, timeout=30) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(5)
        assert run.process.poll() is None
        other.execute("COMMIT")
    other.close()
    send.check(run.report(), unknown=0)


def test_a_disk_that_is_full_where_the_ledger_is_stops_the_sending_and_nothing_is_forgotten(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start()
    send.wait_for_accepted(READERS // 10)
    wait_for(lambda: (send.folder / "digest.db-wal").stat().st_size > HALF_A_MEGABYTE)
    # No file may grow beyond what the ledger's log has by now; the journal has its room already.
    free = limit(run.process.pid, HALF_A_MEGABYTE)
    wait_for(lambda: "the ledger can't be used" in run.said())
    time.sleep(0.7)  # what was claimed has gone stale by now
    accepted = len(send.relay.accepted)
    time.sleep(0.5)
    assert len(send.relay.accepted) == accepted < READERS, "it goes on sending without a ledger"
    limit(run.process.pid, free)
    send.check(run.report(), unknown=0)


def test_a_disk_without_room_for_anything_stops_the_sending_and_nothing_is_forgotten(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start()
    send.wait_for_accepted(READERS // 10)
    free = limit(run.process.pid, 1)
    time.sleep(1.2)
    assert run.process.poll() is None
    limit(run.process.pid, free)
    send.check(run.report(), unknown=0)


def test_killed_while_the_ledger_can_not_be_written_the_journal_knows_who_got_it(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    run = send.start()
    send.wait_for_accepted(READERS // 10)
    limit(run.process.pid, HALF_A_MEGABYTE)
    wait_for(lambda: "the ledger can't be used" in run.said())
    time.sleep(0.7)  # what was claimed has gone stale: nothing is begun any more
    run.kill()
    send.check(send.start().report(), unknown=0)


def limit(process: int, octets: int) -> int:
    """Let no file that *process* writes grow beyond *octets*; return how large they might be before."""
    former, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (octets, hard))
    return former
