"""A million readers, on SQLite and on PostgreSQL: how soon the first has it, and what memory it takes."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, at_most, exact, left_out, plain
from benchmarks.newsdesk import Newsdesk, new_desk
from benchmarks.postgresql import running_postgresql
from benchmarks.sending import Run, sent_by
from benchmarks.sink import running_sink
from benchmarks.terms import Terms

READERS = 1_000_000
CONNECTIONS = 10
STOP_AFTER = 12.0  # seconds after the start of the command, where the million is not sent to its end


def measure_million(folder: Path, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    """Measure both databases."""
    with running_sink() as port:
        on_sqlite = _measure("SQLite", new_desk(folder / "million"), port, terms, tell)
        with running_postgresql(folder / "postgresql") as url:
            desk = Newsdesk(new_desk(folder / "million-postgresql").folder, url)
            return on_sqlite + _measure("PostgreSQL", desk, port, terms, tell)


def _measure(name: str, desk: Newsdesk, port: int, terms: Terms, tell: Callable[[str], None]) -> list[Figure]:
    tell(f"{READERS:,} readers on {name}: laying them in ...")
    desk.configure(port, CONNECTIONS, os.cpu_count() or 1)
    desk.stock(READERS)
    tell(f"{READERS:,} readers on {name}: sending ...")
    run = sent_by(desk, stop_after=None if terms.whole_million else STOP_AFTER)
    tell(f"{READERS:,} readers on {name}: {run.closing['sent']:,} sent in {run.seconds:.1f} s")
    return _figures(f"1,000,000 readers on {name}", run)


def _memory(peak: int) -> Figure:
    what = "... peak memory of the largest process"
    return at_most(what, peak / 1e6, 250, "MB") if peak else left_out(what, "no /proc here")


def _figures(name: str, run: Run) -> list[Figure]:
    closed = run.is_closed and run.closing["eligible"] == READERS
    sent, queued = run.closing["sent"], run.closing["deferred"]
    return [
        at_most(f"{name}: publishing to first accepted", run.to_first, 3.0, "s"),
        plain("... from the start of the command", run.to_first_from_command, "s"),
        _memory(run.peak),
        exact(f"... closing equation, {queued:,} still queued", closed, f"{sent:,} sent"),
        plain(f"... rate with {os.cpu_count()} processes", run.rate, "messages/s"),
    ]
