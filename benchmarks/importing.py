"""A file of a million readers, imported: how many rows a second, and what memory it takes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, at_most, exact, left_out, plain
from benchmarks.memory import watched_peak
from benchmarks.newsdesk import Newsdesk, new_desk
from benchmarks.postgresql import running_postgresql
from benchmarks.sample import SLUG
from digest.database import Database
from digest.upgrading import upgrade_schema

ON_SQLITE = 1_000_000
ON_POSTGRESQL = 200_000
MOST_SECONDS = 120.0
MOST_MEGABYTES = 300.0
# One row in so many is no address. The others come in an order that is that of no index.
_REJECTED_EVERY = 1000
_STRIDE, _PRIME = 7919, 1_000_003


@dataclass(frozen=True, slots=True)
class Import:
    """What an import of *rows* came to; `peak` is the memory of the process, in bytes."""

    rows: int
    seconds: float
    peak: int
    added: int
    rejected: int


def measure_importing(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """Measure both databases, each with an empty one to begin with."""
    on_sqlite = _imported(new_desk(folder / "importing"), ON_SQLITE, tell)
    with running_postgresql(folder / "importing-postgresql") as url:
        desk = Newsdesk(new_desk(folder / "importing-on-postgresql").folder, url)
        on_postgresql = _imported(desk, ON_POSTGRESQL, tell)
    return [
        at_most(f"{ON_SQLITE:,} readers imported on SQLite", on_sqlite.seconds, MOST_SECONDS, "s"),
        *_figures(on_sqlite),
        plain(f"{ON_POSTGRESQL:,} readers imported on PostgreSQL", on_postgresql.seconds, "s"),
        *_figures(on_postgresql),
    ]


def _figures(done: Import) -> list[Figure]:
    what, told = "... peak memory", f"{done.added:,} added"
    return [
        plain("... from the start of the command", done.rows / done.seconds, "rows/s"),
        at_most(what, done.peak / 1e6, MOST_MEGABYTES, "MB") if done.peak else left_out(what, "no /proc here"),
        exact(f"... {done.rejected:,} rejected, all the others added", _is_whole(done), told),
    ]


def _is_whole(done: Import) -> bool:
    return done.rejected == done.rows // _REJECTED_EVERY and done.added + done.rejected == done.rows


def _imported(desk: Newsdesk, rows: int, tell: Callable[[str], None]) -> Import:
    desk.configure(port=1, connections=1, processes=1)
    database = Database(desk.database_url)
    upgrade_schema(database)
    database.close()
    _write_readers(desk.folder / "readers.csv", rows)
    tell(f"{rows:,} readers: importing ...")
    began = time.perf_counter()
    with _begin(desk) as importing:
        peak = watched_peak(importing.pid)
        out, err = importing.communicate()
    seconds = time.perf_counter() - began
    if not out:
        raise SystemExit(f"digest subscribers import left with {importing.returncode}: {err}")
    report = json.loads(out)
    tell(f"{rows:,} readers: imported in {seconds:.1f} s")
    return Import(rows, seconds, peak(), report["added"], report["rejected"])


def _write_readers(file: Path, rows: int) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.write("email,name\n")
        for number in range(1, rows + 1):
            at = "" if number % _REJECTED_EVERY == 0 else "@"
            lines.write(f"reader{number * _STRIDE % _PRIME}{at}example{number % 500}.org,Reader {number}\n")


def _begin(desk: Newsdesk) -> subprocess.Popen[str]:
    asked = ("readers.csv", "--newsletter", SLUG, "--provenance", "invented for the benchmark", "--json")
    return subprocess.Popen(
        [sys.executable, "-c", "from digest.cli import main; main()", "subscribers", "import", *asked],
        cwd=desk.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
