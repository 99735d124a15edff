"""Copying a whole database into a file and back: by SQLite's own backup, or by PostgreSQL's `pg_dump`.

A copy holds what was committed when it began, all of it and nothing else, however much is written meanwhile.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from digest.database import Database
from digest.errors import BadInputError, DigestError

PART, RESTORING = ".part", ".restoring"


class CopyError(DigestError):
    """A copy could not be made or put back; nothing was changed."""


def copy_out(database: Database, file: Path) -> int:
    """Write a copy of *database* to *file*, readable for its owner alone, and check it; return its bytes.

    It is there whole or not at all.

    Raises:
        BadInputError: *file* is there already, or can't be written.
        CopyError: the copy failed, or is not sound.
    """
    if file.exists():
        raise BadInputError(f"{file} is there already and was not touched; name another")
    part = file.with_name(file.name + PART)
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if database.is_sqlite:
            _copy_sqlite(_path(database), part)
        else:
            _run("pg_dump", database, "--format=custom", f"--file={part}")
            _run_plain("pg_restore", "--list", str(part))
        _keep(part)
        part.rename(file)
    except OSError as error:
        raise BadInputError(f"{file} can't be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def sqlite_in_the_making(database: Database, file: Path) -> Path:
    """Copy *file*, once checked, to beside where the SQLite *database* is to be; return its path, to be renamed.

    Raises:
        BadInputError: there is a database already, or *file* can't be read.
        CopyError: *file* is no sound copy.
    """
    target = _path(database)
    found = [
        path for path in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))) if path.exists()
    ]
    if found:
        raise BadInputError(f"{' and '.join(map(str, found))} must be moved away first: nothing is written over")
    made = target.with_name(target.name + RESTORING)
    try:
        made.unlink(missing_ok=True)
        os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise BadInputError(f"{made} can't be written: {error.strerror}") from error
    try:
        _copy_sqlite(file, made)
    except CopyError:
        made.unlink()
        raise
    return made


def copy_into_postgresql(database: Database, file: Path) -> None:
    """Put the copy in *file* into the empty PostgreSQL *database*, all or nothing.

    Raises:
        CopyError: it failed.
    """
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", database, *options, str(file))


def _path(database: Database) -> Path:
    name = database.engine.url.database or ""
    if name in ("", ":memory:") or name.startswith("file:"):
        raise BadInputError(f"{database} is no file of which a copy could be kept")
    return Path(name)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy in one step: a reading transaction, which keeps no writer waiting and sees none of what they write."""
    try:
        address = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as taken, closing(sqlite3.connect(target)) as made:
            taken.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            found = made.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise CopyError(f"{source} could not be copied: {error}") from error
    if found != "ok":
        raise CopyError(f"the copy of {source} is damaged: {found}")


def _run(tool: str, database: Database, *options: str) -> None:
    """Run a *tool* of PostgreSQL on *database*; its password is in the environment, for anybody sees arguments."""
    url = database.engine.url
    place = url._replace(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    _run_plain(tool, f"--dbname={place}", *options, **secret)


def _run_plain(tool: str, *arguments: str, **environment: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise BadInputError(
            f"{tool} is not here; install PostgreSQL's client programs, of the server's version or later"
        )
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL, with our own arguments
        [found, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"it left with {done.returncode}"]
        raise CopyError(f"{tool} failed: {'; '.join(lines[:2])}")


def _keep(file: Path) -> None:
    """Let *file* outlive a power cut."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
