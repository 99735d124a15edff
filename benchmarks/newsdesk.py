"""A newsdesk: a folder with a configuration and a stocked database, in which the real command is run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.audience import fill_audience
from benchmarks.sample import CUTOFF, DAY, SLUG, STORIES, article
from digest.articles.store import store_articles
from digest.database import Database
from digest.upgrading import upgrade_schema

CONFIGURATION = """
[site]
name = "The Quay Times"
base_url = "https://news.quay.example"
postal_address = "3 Pier Road, Westhaven"
contact = "editor@quay.example"
secret = "a secret of the benchmark's own newsroom"

[database]
url = "{database_url}"

[smtp]
url = "smtp://127.0.0.1:{port}"
connections = {connections}
processes = {processes}

[newsletters.{slug}]
name = "Daily Headlines"
from = "headlines@quay.example"
timezone = "UTC"
"""
DKIM = """
[dkim]
domain = "quay.example"
rsa_selector = "bench"
rsa_key_file = "{key_file}"
"""


@dataclass(frozen=True)
class Newsdesk:
    """A folder where `digest` can be run."""

    folder: Path
    database_url: str

    def configure(self, port: int, connections: int, processes: int, key_file: Path | None = None) -> None:
        """Let it send to *port* on this machine, signed where there is a key."""
        text = CONFIGURATION.format(
            slug=SLUG, database_url=self.database_url, port=port, connections=connections, processes=processes
        )
        if key_file:
            text += DKIM.format(key_file=key_file)
        (self.folder / "digest.toml").write_text(text)

    def stock(self, readers: int) -> None:
        """Make the tables, the day's articles, and *readers* readers."""
        database = Database(self.database_url)
        upgrade_schema(database)
        with database.writing() as session:
            store_articles(session, [article(number) for number in range(STORIES)], CUTOFF)
        fill_audience(database, SLUG, readers)
        database.close()

    def copied_to(self, folder: Path) -> "Newsdesk":
        """Copy it, so that the same edition can be sent again."""
        shutil.copytree(self.folder, folder)
        return Newsdesk(folder, _sqlite_in(folder))

    def begin_sending(self) -> subprocess.Popen[str]:
        """Start `digest send` for the day's edition."""
        return self._start("send", SLUG, "--date", str(DAY), "--late", "--json")

    def message_size(self) -> int:
        """Return how many bytes the sample reader's message has on the wire."""
        preview = self._start("preview", SLUG, "--date", str(DAY), "--out", "preview")
        _, said = preview.communicate()
        if preview.returncode:
            raise SystemExit(said)
        return (self.folder / "preview" / "edition.eml").stat().st_size

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from digest.cli import main; main()", *arguments],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@dataclass
class Newsroom:
    """Stocked newsdesks on SQLite, one for each size of audience; every sending gets a fresh copy."""

    folder: Path
    _stocked: dict[int, Newsdesk] = field(default_factory=dict)
    _copies: int = 0

    @contextmanager
    def desk(self, readers: int) -> Iterator[Newsdesk]:
        """Give a newsdesk with *readers* readers that has sent nothing yet."""
        if readers not in self._stocked:
            self._stocked[readers] = new_desk(self.folder / f"stocked-{readers}")
            self._stocked[readers].stock(readers)
        self._copies += 1
        copy = self._stocked[readers].copied_to(self.folder / f"copy-{self._copies}")
        yield copy
        shutil.rmtree(copy.folder)


def new_desk(folder: Path) -> Newsdesk:
    """Make an empty newsdesk on SQLite in *folder*."""
    folder.mkdir()
    return Newsdesk(folder, _sqlite_in(folder))


def _sqlite_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'digest.db'}"
