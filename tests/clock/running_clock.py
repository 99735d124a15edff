"""A newsroom with readers, a relay and a running clock, which is told the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from newsroom import DAY, NEWSLETTER, configure, enlist
from scripted_relay import ScriptedRelay
from sqlmodel import select
from told_time import QUICKLY, tell_time, told_time

from digest.clock.clock import Pace, clock_running
from digest.configuration import load_settings
from digest.database import Database
from digest.editions.rehearsal_store import get_to_know
from digest.editions.tables import EditionRow
from digest.settings import Settings

PATIENCE_SECONDS = 40.0
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Newsroom:
    """A newsroom in *folder*; `told` is what its clock said went well."""

    def __init__(self, database: Database, relay: ScriptedRelay, folder: Path, readers: int = 3) -> None:
        self.database = database
        self.relay = relay
        self.folder = folder
        self.told: list[str] = []
        self.readers = enlist(database, readers)
        with database.writing() as session:
            get_to_know(session, [NEWSLETTER, "nightly"], LONG_AGO)

    @contextmanager
    def clock(
        self, at: datetime, more: str = "", replaced: tuple[str, str] = ("", ""), pace: Pace = QUICKLY
    ) -> Iterator[None]:
        """Let the clock run from *at* on, with *more* in the configuration and something *replaced*."""
        tell_time(at)
        self.configure(more, replaced)
        with clock_running(self.settings, self.database, told_time, self.told.append, pace):
            yield

    def configure(self, more: str = "", replaced: tuple[str, str] = ("", "")) -> None:
        """Write the configuration, with *more* in it and something *replaced*."""
        configure(self.folder, self.database.url, self.relay.url, more=more)
        if replaced != ("", ""):
            file = self.folder / "digest.toml"
            file.write_text(file.read_text(encoding="utf-8").replace(*replaced), encoding="utf-8")

    @property
    def settings(self) -> Settings:
        """Read the configuration."""
        return load_settings(self.folder / "digest.toml", {})

    def row(self, day: date = DAY, newsletter: str = NEWSLETTER) -> EditionRow | None:
        """Return the stored edition of *day*."""
        with self.database.reading() as session:
            return session.exec(
                select(EditionRow).where(EditionRow.newsletter == newsletter, EditionRow.local_date == day)
            ).one_or_none()

    def wait_for(self, status: str, day: date = DAY, newsletter: str = NEWSLETTER) -> EditionRow:
        """Wait until the edition of *day* stands so."""
        wait_for(lambda: (row := self.row(day, newsletter)) is not None and row.status == status)
        row = self.row(day, newsletter)
        assert row
        return row


def wait_for(is_so: Callable[[], object]) -> None:
    """Wait until *is_so*, and no longer than is sane."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come to pass"
        time.sleep(0.02)


def children(process: int) -> list[int]:
    """Return the living processes that *process* has sent on errands."""
    files = Path(f"/proc/{process}/task").glob("*/children")
    numbers = [int(number) for file in files for number in file.read_text().split()]
    return [number for number in numbers if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()]
