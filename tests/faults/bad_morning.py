"""A morning on which something goes wrong: real sender processes, a scripted relay, and what must hold afterwards."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from scripted_relay import PASS, Answer, ScriptedRelay
from sqlalchemy import text
from warm_start import Nursery, Warm

from digest.building import build_edition
from digest.database import Database
from digest.delivery.publishing import publish

DIGEST = Path(sys.executable).with_name("digest")
READERS = 2002  # more than one process is worth while for
CONNECTIONS = 4
STORIES = 20  # a mail of some 24 KB
PATIENCE_SECONDS = 60
SEND = ("send", NEWSLETTER, "--date", str(DAY), "--late", "--json")
Process = subprocess.Popen[bytes] | Warm
_CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}


@dataclass
class Sending:
    """One run of `digest send`: a process with its crew, in a process group of its own."""

    process: Process
    _out: Path
    _err: Path

    def report(self) -> dict[str, Any]:
        """Wait for its end; return what it printed as JSON."""
        code = self.wait()
        assert code in (0, 1), f"exit code {code}: {self.said()}"
        printed = self._out.read_text(encoding="utf-8")
        assert printed, self.said()
        report: dict[str, Any] = json.loads(printed)
        return report

    def wait(self) -> int:
        """Wait until the process that was called and all of its crew have ended; return the former's code."""
        code = self.process.wait(PATIENCE_SECONDS)
        wait_for(lambda: not self.members())
        return code

    def kill(self) -> None:
        """Kill them all at one moment."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        wait_for(lambda: not self.members())

    def members(self) -> list[int]:
        """Return the processes of the group that live, by number."""
        return [number for number, group in _groups() if group == self.process.pid]

    def crew(self) -> list[int]:
        """Return the senders that the called process has spawned."""
        return [number for number in self.members() if b"spawn_main" in _command(number)]

    def said(self) -> str:
        """Return what it said on its error output."""
        return self._err.read_text(encoding="utf-8")


@dataclass
class BadMorning:
    """A newsroom in *folder* with an edition for all readers of its database, and the relay that takes it."""

    folder: Path
    database: Database
    relay: ScriptedRelay
    nursery: Nursery
    runs: list[Sending] = field(default_factory=list)

    def __post_init__(self) -> None:
        configure(self.folder, self.database.url, self.relay.url, CONNECTIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        for run in self.runs:
            for number in run.members():
                os.kill(number, signal.SIGKILL)
            run.process.wait()
        self.database.close()

    def start(self, **settings: object) -> Sending:
        """Begin `digest send` with some of `[smtp]` set otherwise."""
        return self._begin(self._fork, settings)

    def start_cold(self, **settings: object) -> Sending:
        """Begin `digest send` as an operator does, by its command."""
        return self._begin(self._call, settings)

    def _begin(
        self, begin: Callable[[Mapping[str, str], Path, Path], Process], settings: Mapping[str, object]
    ) -> Sending:
        smtp = {"retry_first_seconds": 1, "retry_max_seconds": 2, "processes": 1} | settings
        environment = {f"DIGEST_SMTP__{name.upper()}": str(value) for name, value in smtp.items()}
        out, err = (self.folder / f"run-{len(self.runs)}.{stream}" for stream in ("out", "err"))
        for file in (out, err):
            file.touch()
        self.runs.append(Sending(begin(_CLEAN | environment, out, err), out, err))
        return self.runs[-1]

    def _fork(self, environment: Mapping[str, str], out: Path, err: Path) -> Process:
        return self.nursery.start(SEND, self.folder, environment, out, err)

    def _call(self, environment: Mapping[str, str], out: Path, err: Path) -> Process:
        with out.open("wb") as said, err.open("wb") as complained:
            return subprocess.Popen(
                [DIGEST, *SEND],
                cwd=self.folder,
                env=environment,
                stdout=said,
                stderr=complained,
                start_new_session=True,
            )

    def wait_for_accepted(self, number: int) -> None:
        """Wait until the relay has accepted *number* messages in all."""
        wait_for(lambda: len(self.relay.accepted) >= number)

    def statuses(self) -> dict[str, str]:
        """Return where every reader's copy stands, by address."""
        rows: list[tuple[str, str]] = self._rows(
            "SELECT email, delivery.status FROM delivery JOIN subscriber ON subscriber.id = subscriber_id"
        )
        return dict(rows)

    def count(self, status: str) -> int:
        """Return how many copies stand so."""
        return sum(each == status for each in self.statuses().values())

    def journals(self) -> list[str]:
        """Return the names of the journals that are left."""
        return [path.name for path in self.folder.glob("digest-journal/*")]

    def check(
        self,
        report: dict[str, Any],
        *,
        unknown: int | Collection[str],
        failed: Collection[str] = (),
        skipped: Collection[str] = (),
    ) -> None:
        """Assert that nobody is lost or was mailed twice, and that the books close.

        *unknown* is the most that may be so, or exactly who is.
        """
        statuses = self.statuses()
        by_status = {status: {who for who, is_ in statuses.items() if is_ == status} for status in _STATUSES}
        times = Counter(self.relay.accepted)
        assert set(statuses.values()) <= set(by_status), "somebody is lost"
        assert [who for who, how_often in times.items() if how_often > 1] == [], "somebody was mailed twice"
        assert by_status["sent"] - set(times) == set(), "somebody counts as sent whom the relay never accepted"
        assert set(times) <= by_status["sent"] | by_status["unknown"], "somebody was mailed and does not count"
        assert by_status["failed"] == set(failed)
        assert by_status["skipped"] == set(skipped)
        if isinstance(unknown, int):
            assert len(by_status["unknown"]) <= unknown
        else:
            assert by_status["unknown"] == set(unknown)
        sums = {status: len(who) for status, who in by_status.items()}
        assert sum(sums.values()) == len(statuses) == report["eligible"], "the closing equation does not hold"
        assert {name: report[name] for name in (*_STATUSES, "deferred")} == sums | {"deferred": 0}
        assert self._rows("SELECT eligible, sent, failed, unknown, skipped, status FROM edition") == [
            (len(statuses), *(sums[status] for status in _STATUSES), "sent")
        ]
        assert self.journals() == []

    def _rows(self, query: str) -> list[Any]:
        with self.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


Beginning = Callable[..., BadMorning]  # the relay's script in, the morning out
_STATUSES = ("sent", "failed", "unknown", "skipped")


def prepare(folder: Path, database: Database, readers: int, *, is_published: bool = True) -> None:
    """Put an edition's stories and its readers into a blank *database*, and publish it."""
    settings = configure(folder, database.url)
    stock(database, STORIES)
    enlist(database, readers)
    if is_published:
        with database.reading() as session:
            built = build_edition(session, settings, NEWSLETTER, DAY)
        publish(database, built, built.schedule, MORNING)


def copied(template: Path, folder: Path) -> Database:
    """Return a database in *folder* that is a copy of *template*."""
    shutil.copyfile(template, folder / "digest.db")
    return Database(f"sqlite:///{folder / 'digest.db'}")


def wait_for(is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until *is_so*, and no longer than is sane."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come to pass"
        time.sleep(0.002)


def unhurried(_recipient: str, _times: int) -> Answer:
    """Answer after a final dot that all is well, a thousand times a second at the most: so there is a midway."""
    time.sleep(0.001)
    return PASS


def numbered(address: str) -> int:
    """Return the number in an invented reader's address."""
    found = re.search(r"\d+", address)
    assert found, address
    return int(found.group())


def _groups() -> Iterable[tuple[int, int]]:
    """Give every process that lives, with its process group."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _parent, group = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state not in "ZX":
                yield int(entry.name), int(group)


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
