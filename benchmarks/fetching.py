"""The feeds of 300 outlets: fetched, parsed, cleaned and stored; and once more, when nothing changed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, at_most, exact, left_out
from benchmarks.memory import watched_peak
from benchmarks.newsdesk import Newsdesk, new_desk
from digest.database import Database
from digest.upgrading import upgrade_schema

SOURCES, ENTRIES = 300, 50
MOST_SECONDS, MOST_SECONDS_UNCHANGED, MOST_MEGABYTES = 60.0, 5.0, 300.0
SOURCE = '\n[[sources]]\nname = "Outlet {number}"\nfeed = "http://127.0.0.1:{port}/{number}"\n'


@dataclass(frozen=True, slots=True)
class Fetch:
    """What one round came to; `peak` is the memory of the process, in bytes."""

    seconds: float
    peak: int
    reports: list[dict[str, Any]]

    def count(self, status: str) -> int:
        """Count the sources of this status."""
        return sum(report["status"] == status for report in self.reports)


def measure_fetching(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """Fetch all, twice, by the real command."""
    desk = new_desk(folder / "fetching")
    desk.configure(port=1, connections=1, processes=1)
    database = Database(desk.database_url)
    upgrade_schema(database)
    database.close()
    with _outlets() as port, (desk.folder / "digest.toml").open("a") as file:
        file.write('\n[fetching]\nprivate_hosts = ["127.0.0.1"]\n')
        file.writelines(SOURCE.format(number=number, port=port) for number in range(SOURCES))
        file.flush()
        first, second = _fetch(desk), _fetch(desk)
    tell(f"{SOURCES} sources fetched in {first.seconds:.1f} s, and again in {second.seconds:.1f} s")
    imported = sum(report["imported"] for report in first.reports)
    return [
        at_most(f"{SOURCES} sources of {ENTRIES} items, fetched and stored", first.seconds, MOST_SECONDS, "s"),
        at_most("... peak memory", first.peak / 1e6, MOST_MEGABYTES, "MB")
        if first.peak
        else left_out("... peak memory", "no /proc here"),
        exact("... every item stored", imported == SOURCES * ENTRIES, f"{imported:,} articles"),
        at_most("... again, nothing changed", second.seconds, MOST_SECONDS_UNCHANGED, "s"),
        exact("... every source said so", second.count("unchanged") == SOURCES, f"{second.count('unchanged')} sources"),
    ]


def _fetch(desk: Newsdesk) -> Fetch:
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", "from digest.cli import main; main()", "articles", "fetch", "--json"],
        cwd=desk.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as fetching:
        peak = watched_peak(fetching.pid)
        out, err = fetching.communicate()
    seconds = time.perf_counter() - began
    if not out:
        raise SystemExit(f"digest articles fetch left with {fetching.returncode}: {err}")
    return Fetch(seconds, peak(), json.loads(out))


@contextmanager
def _outlets() -> Iterator[int]:
    """Start the server of the outlets; give its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.outlets", "--entries", str(ENTRIES)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            yield int(server.stdout.readline())
        finally:
            server.terminate()
