"""A million readers, on SQLite and on PostgreSQL: how soon the first has it, and what memory it takes."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import MetaData, text

from benchmarks.figures import Figure, at_most, exact, left_out, plain
from benchmarks.newsdesk import Newsdesk, new_desk
from benchmarks.postgresql import running_postgresql
from benchmarks.sending import Run, sent_by
from benchmarks.sink import running_sink
from benchmarks.terms import Terms
from digest.database import Database
from digest.delivery.tables import Delivery

READERS = 1_000_000
CONNECTIONS = 10
BARE = "bare_delivery"
BARE_INSERT = (
    f"INSERT INTO {BARE} (edition_id, subscriber_id, subscription_id, status, attempts, next_attempt_at, changed_at)"  # noqa: S608 - our own words
    " SELECT 1, subscriber_id, id, 'queued', 0, changed_at, changed_at FROM subscription ORDER BY subscriber_id"
)
STOP_AFTER = 12.0  # seconds after the start of the command, where the million is not sent to its end


def measure_million(folder: Path, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    """Measure both databases."""
    with running_sink() as port:
        on_sqlite = _measure("SQLite", new_desk(folder / "million"), port, terms, tell)
        with running_postgresql(folder / "postgresql") as url:
            desk = Newsdesk(new_desk(folder / "million-postgresql").folder, url)
            return on_sqlite + _measure("PostgreSQL, vacuumed", desk, port, terms, tell)


def _measure(name: str, desk: Newsdesk, port: int, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    tell(f"{READERS:,} readers on {name}: laying them in ...")
    desk.configure(port, CONNECTIONS, os.cpu_count() or 1)
    desk.stock(READERS)
    database = Database(desk.database_url)
    floor = _bare_insert(database)
    _let_rest(database)
    database.close()
    tell(f"{READERS:,} readers on {name}: sending ...")
    run = sent_by(desk, stop_after=None if terms.whole_million else STOP_AFTER)
    tell(f"{READERS:,} readers on {name}: {run.closing['sent']:,} sent in {run.seconds:.1f} s")
    return _figures(f"1,000,000 readers on {name}", run, floor)


def _let_rest(database: Database) -> None:
    """Bring a PostgreSQL whose tables were filled this moment to where it is by itself a few minutes later.

    Vacuuming, and writing what was laid in to the disk, would else go on while it is measured. Readers come over years.
    """
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for order in ("VACUUM (ANALYZE) subscriber, subscription", "CHECKPOINT"):
            connection.execute(text(order))


def _bare_insert(database: Database) -> float:
    """Return the seconds that the same ledger rows take in one INSERT, into a table with a primary key and no more."""
    bare = Delivery.metadata.tables["delivery"].to_metadata(MetaData(), name=BARE)
    bare.indexes.clear()
    with database.engine.execution_options(writes=True).begin() as connection:
        bare.create(connection)
        began = time.perf_counter()
        connection.execute(text(BARE_INSERT))
        seconds = time.perf_counter() - began
        bare.drop(connection)
    return seconds


def _memory(peak: int) -> Figure:
    what = "... peak memory of the largest process"
    return at_most(what, peak / 1e6, 250, "MB") if peak else left_out(what, "no /proc here")


def _figures(name: str, run: Run, floor: float) -> list[Figure]:
    closed = run.is_closed and run.closing["eligible"] == READERS
    sent, queued = run.closing["sent"], run.closing["deferred"]
    return [
        at_most(f"{name}: publishing to first accepted", run.to_first, 3.0, "s"),
        plain("... the floor, its ledger rows in one bare INSERT, primary key alone", floor, "s"),
        plain("... from the start of the command", run.to_first_from_command, "s"),
        _memory(run.peak),
        exact(f"... closing equation, {queued:,} still queued", closed, f"{sent:,} sent"),
        plain(f"... rate with {os.cpu_count()} processes", run.rate, "messages/s"),
    ]
