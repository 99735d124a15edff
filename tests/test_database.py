import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from digest.database import Database
from digest.errors import BadInputError
from subscribers.tables import Suppression

NOW = datetime(2026, 3, 14, tzinfo=UTC)


def note(session, name):
    session.add(Suppression(address_hash=name, reason="", at=NOW))


def notes(database):
    with database.reading() as session:
        return sorted(session.exec(select(Suppression.address_hash)))


def test_what_is_written_is_kept(database):
    with database.writing() as session:
        note(session, "a")
    assert notes(database) == ["a"]


def test_a_block_that_raises_leaves_nothing_behind(database):
    def break_off():
        with database.writing() as session:
            note(session, "a")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert notes(database) == []


def test_reading_changes_nothing(database):
    with database.reading() as session:
        note(session, "a")
        session.flush()
    assert notes(database) == []


def test_what_was_read_stays_readable_after_the_session(database):
    with database.writing() as session:
        note(session, "a")
    with database.reading() as session:
        (row,) = session.exec(select(Suppression))
    assert (row.address_hash, row.at) == ("a", NOW)


def test_a_reader_sees_one_snapshot_however_often_it_asks(database):
    with database.reading() as session:
        before = list(session.exec(select(Suppression.address_hash)))
        with database.writing() as other:
            note(other, "a")
        assert list(session.exec(select(Suppression.address_hash))) == before == []
    assert notes(database) == ["a"]


def test_two_writers_queue_instead_of_failing(database):
    """Both read, then write: on SQLite the second one fails at once unless it waits for the lock at its start."""
    begun = threading.Barrier(2, timeout=20)
    failures = []

    def write(name):
        begun.wait()
        try:
            for number in range(20):
                with database.writing() as session:
                    list(session.exec(select(Suppression.address_hash)))
                    note(session, f"{name}{number}")
        except Exception as error:  # noqa: BLE001 - a thread's failure is told to the test
            failures.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert len(notes(database)) == 40


def test_a_writer_waits_until_the_one_before_it_is_done(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'd.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE t (n)"))
    order, began = [], threading.Event()

    def second():
        began.set()
        with database.writing() as session:
            session.execute(text("INSERT INTO t VALUES (2)"))
            order.append("second")

    thread = threading.Thread(target=second)
    with database.writing() as session:
        session.execute(text("INSERT INTO t VALUES (1)"))
        thread.start()
        began.wait(20)
        order.append("first")
    thread.join()
    with database.reading() as session:
        assert session.execute(text("SELECT n FROM t ORDER BY rowid")).scalars().all() == [1, 2]
    assert order == ["first", "second"]
    database.close()


def test_a_row_that_points_nowhere_is_refused(database):
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(
            text("INSERT INTO former_headline (article_id, headline, replaced_at) VALUES (4711, 'x', '2026-01-01')")
        )


def test_sqlite_writes_ahead_so_that_readers_are_not_kept_waiting(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'd.db'}")
    assert database.is_sqlite
    with database.reading() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_only_a_sqlite_file_that_is_not_there_is_missing(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'd.db'}")
    assert database.is_missing()
    with database.writing() as session:
        session.execute(text("CREATE TABLE t (n)"))
    assert not database.is_missing()
    database.close()
    assert not Database("sqlite:///:memory:").is_missing()
    assert not Database("postgresql+psycopg://nobody@localhost:1/nothing").is_missing()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "digest.db",
        "sqlite",
        "mysql://user:hunter2@host/name",
        "postgresql+asyncpg://user:hunter2@host/name",
        "oracle+nothing://user:hunter2@host/name",
        "postgresql+psycopg://user:hunter2@host:port/name",
        "user:hunter2@host/name",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url):
    with pytest.raises(BadInputError, match=r"write sqlite:///digest\.db or postgresql\+psycopg://") as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)
