"""The database: one engine, short transactions, the same code on SQLite and PostgreSQL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from digest.errors import BadInputError

SQLITE_BUSY_SECONDS = 30
_DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}
_ADDRESSES = "write sqlite:///digest.db or postgresql+psycopg://user:password@host/name"


class Database:
    """Where everything is kept.

    `reading()` and `writing()` give a session for one short transaction; neither may be held across an
    `await`. `writing()` commits at the end and takes SQLite's write lock at the start, so that two writers
    queue instead of failing half-way.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        # SQLite reads one snapshot a transaction anyway; PostgreSQL by default a new one a statement.
        self._snapshots = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    def __str__(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is SQLite and not PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that reads one snapshot and changes nothing."""
        with Session(self._snapshots) as session:
            yield session  # left without commit: closing rolls back, and what was read stays readable

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that commits when the block ends well and rolls back when it raises."""
        with Session(self.engine.execution_options(writes=True)) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def is_missing(self) -> bool:
        """Say whether this is a SQLite database whose file does not exist yet."""
        file = self.engine.url.database
        return self.is_sqlite and file not in (None, "", ":memory:") and not Path(file or "").exists()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number; the address may hold a password: not shown
        raise BadInputError(f"[database] url is no database address; {_ADDRESSES}") from None
    if parsed.drivername not in _DRIVERS:
        raise BadInputError(f"[database] url: {parsed.drivername} is no database we know; {_ADDRESSES}")
    if parsed.get_backend_name() == "sqlite":
        # Hidden parameters: an error that is logged must tell nobody's address.
        engine = create_engine(
            parsed, connect_args={"timeout": SQLITE_BUSY_SECONDS, "isolation_level": None}, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    _use_wal(connection)
    # FULL: with NORMAL a power cut may undo what was committed, and a reader already mailed would be queued again.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Let readers and the writer not wait for each other; it is kept in the file, so it is mostly there already."""
    for _ in range(SQLITE_BUSY_SECONDS * 10):
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Two that open a new file at once: this one change does not wait for the busy timeout.
            if "locked" not in str(error):
                raise
            time.sleep(0.1)


def _begin_sqlite(connection: Connection) -> None:
    # The driver opens no transaction of its own (isolation_level=None), so that a writer can take the
    # lock at BEGIN: a deferred one that upgrades later fails at once when another writer was faster.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
