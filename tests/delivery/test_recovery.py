"""Recovery: what a dead sender's journal tells finds its way into the ledger, once."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from sqlalchemy import text
from sqlmodel import select

from digest.building import build_edition
from digest.database import Database
from digest.delivery.journal import Journal, this_boot
from digest.delivery.ledger import Patience
from digest.delivery.outcome import Outcome, OutcomeKind, outcome_of_final_reply
from digest.delivery.publishing import publish
from digest.delivery.reconciling import Settlement, reconcile_unknown
from digest.delivery.recovery import Recovered, mark_of, recover
from digest.delivery.store import Claim, claim, closing, give_up_queue, settle
from digest.delivery.tables import Delivery
from digest.editions.edition import Edition
from digest.editions.tables import EditionRow

PATIENCE = Patience(first=timedelta(seconds=300), longest=timedelta(seconds=3600))
LATER = MORNING + timedelta(seconds=30)
SENT = outcome_of_final_reply(250, "2.0.0 queued as 4F2")
GREYLISTED = outcome_of_final_reply(451, "4.7.1 come back later")
READERS = 10
# What is the same to both databases is asked of one.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def edition(database: Database, tmp_path: Path) -> Edition:
    """Publish the morning's edition to ten readers."""
    settings = configure(tmp_path, database.url)
    stock(database)
    enlist(database, READERS)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    return publish(database, built, built.schedule, MORNING).edition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "digest-journal"


@pytest.fixture
def begin(database: Database, edition: Edition, folder: Path) -> Callable[..., tuple[Journal, list[Claim]]]:
    """Give a way to be a sender: open a journal and claim."""

    def be_a_sender(name: str = "anna", most: int = READERS) -> tuple[Journal, list[Claim]]:
        journal = Journal.open(folder, name, edition.id, mark_of(database), MORNING)
        with database.writing() as session:
            return journal, claim(session, edition, name, MORNING, most)

    return be_a_sender


def statuses(database: Database) -> dict[int, tuple[str, int]]:
    """Every delivery's status and number of attempts, by its reader."""
    with database.reading() as session:
        rows = session.exec(select(Delivery.subscriber_id, Delivery.status, Delivery.attempts))
        return {number: (status, attempts) for number, status, attempts in rows}


def test_what_was_answered_is_recorded_what_had_begun_is_unknown_and_the_rest_is_queued(
    database: Database, folder: Path, begin, caplog: pytest.LogCaptureFixture
) -> None:
    journal, claims = begin()
    numbers = [each.reader.subscriber_id for each in claims]
    for number in numbers[:4]:
        journal.begins(number, 1)
    journal.answered(numbers[0], 1, SENT, LATER)
    journal.answered(numbers[1], 1, GREYLISTED, LATER)
    journal.answered(numbers[4], 1, Outcome(OutcomeKind.FAILED, 550, "5.7.1", "5.7.1 no"), LATER)
    journal.leave()
    with caplog.at_level(logging.INFO):
        assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=1, recorded=3, requeued=5, unknown=2)
    expected = [("sent", 1), ("queued", 1), ("unknown", 1), ("unknown", 1), ("failed", 1)] + [("queued", 0)] * 5
    assert statuses(database) == dict(zip(numbers, expected, strict=True))
    assert list(folder.iterdir()) == []
    assert len(caplog.records) == 1
    assert "example.org" not in caplog.text


@on_sqlite
def test_a_deferred_answer_waits_as_long_as_if_its_sender_lived(database: Database, folder: Path, begin) -> None:
    journal, [first, *_] = begin()
    journal.begins(first.reader.subscriber_id, 1)
    journal.answered(first.reader.subscriber_id, 1, GREYLISTED, LATER)
    journal.leave()
    recover(database, folder, PATIENCE, LATER + timedelta(hours=1))
    with database.reading() as session:
        due = session.get_one(Delivery, (1, first.reader.subscriber_id)).next_attempt_at
    assert LATER + PATIENCE.first / 2 <= due <= LATER + PATIENCE.first


def test_recovering_again_changes_nothing(database: Database, folder: Path, begin) -> None:
    journal, claims = begin()
    journal.begins(claims[0].reader.subscriber_id, 1)
    journal.begins(claims[1].reader.subscriber_id, 1)
    journal.answered(claims[1].reader.subscriber_id, 1, SENT, LATER)
    journal.leave()
    (path,) = folder.iterdir()
    content = path.read_bytes()
    recover(database, folder, PATIENCE, LATER)
    once = statuses(database)
    assert recover(database, folder, PATIENCE, LATER) == Recovered()
    path.write_bytes(content)  # as if killed between the commit and the removal
    assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=1)
    assert statuses(database) == once


def test_a_later_attempt_by_somebody_else_is_not_touched_by_an_old_journal(
    database: Database, edition: Edition, folder: Path, begin
) -> None:
    journal, claims = begin()
    journal.begins(claims[0].reader.subscriber_id, 1)
    journal.answered(claims[0].reader.subscriber_id, 1, GREYLISTED, MORNING)
    journal.leave()
    (path,) = folder.iterdir()
    content = path.read_bytes()
    recover(database, folder, PATIENCE, MORNING)
    path.write_bytes(content)
    with database.writing() as session:
        taken = claim(session, edition, "berta", MORNING + PATIENCE.longest, READERS)
    assert len(taken) == READERS
    recover(database, folder, PATIENCE, LATER)
    assert {status for status, _ in statuses(database).values()} == {"claimed"}


@on_sqlite
def test_a_living_senders_claims_are_left_to_it(database: Database, folder: Path, begin) -> None:
    journal, _ = begin()
    assert recover(database, folder, PATIENCE, LATER) == Recovered()
    journal.close()
    assert set(statuses(database).values()) == {("claimed", 1)}


def test_of_two_dead_senders_each_loses_only_its_own(database: Database, folder: Path, begin) -> None:
    first, claims = begin("anna", 4)
    second, others = begin("berta", 4)
    first.begins(claims[0].reader.subscriber_id, 1)
    second.begins(others[0].reader.subscriber_id, 1)
    first.begins(others[1].reader.subscriber_id, 1)  # not its own: as if it had been claimed away from it
    first.leave()
    second.leave()
    assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=2, recorded=0, requeued=6, unknown=2)
    unknown = {number for number, (status, _) in statuses(database).items() if status == "unknown"}
    assert unknown == {claims[0].reader.subscriber_id, others[0].reader.subscriber_id}


@on_sqlite
def test_after_a_power_cut_the_answers_count_and_the_whole_rest_of_the_chunk_is_unknown(
    database: Database, folder: Path, begin
) -> None:
    journal, claims = begin(most=6)
    journal.begins(claims[0].reader.subscriber_id, 1)
    journal.answered(claims[0].reader.subscriber_id, 1, SENT, LATER)
    journal.leave()
    (path,) = folder.iterdir()
    path.write_text(path.read_text().replace(str(this_boot()), "another-boot"))
    assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=1, recorded=1, requeued=0, unknown=5)


@on_sqlite
def test_a_journal_with_a_gap_leaves_what_it_does_not_name_unknown(database: Database, folder: Path, begin) -> None:
    journal, _ = begin(most=3)
    journal.leave()
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes() + b"\0" * 20 + b"\n")
    assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=1, recorded=0, requeued=0, unknown=3)


@on_sqlite
def test_a_journal_about_an_edition_that_is_gone_is_removed(database: Database, folder: Path) -> None:
    Journal.open(folder, "anna", 999, mark_of(database), MORNING).leave()
    assert recover(database, folder, PATIENCE, LATER) == Recovered(senders=1)
    assert list(folder.iterdir()) == []


def test_an_edition_that_was_settled_meanwhile_is_opened_again_for_who_had_not_begun(
    database: Database, edition: Edition, folder: Path, begin
) -> None:
    journal, _ = begin()
    with database.writing() as session:  # as after twenty seconds of silence
        session.execute(text("UPDATE delivery SET status = 'unknown'"))
        assert settle(session, edition, LATER).unknown == READERS
    journal.leave()
    recover(database, folder, PATIENCE, LATER)
    with database.reading() as session:
        assert session.execute(text("SELECT status FROM edition")).scalar_one() != "sent"
        assert (closing(session, edition).deferred, closing(session, edition).unknown) == (READERS, 0)


def test_where_the_ledger_can_not_be_written_the_journal_is_kept(database: Database, folder: Path, begin) -> None:
    journal, claims = begin()
    journal.begins(claims[0].reader.subscriber_id, 1)
    journal.leave()
    with database.writing() as session:
        session.execute(text("ALTER TABLE delivery RENAME TO away"))
    with pytest.raises(Exception, match="delivery"):
        recover(database, folder, PATIENCE, LATER)
    with database.writing() as session:
        session.execute(text("ALTER TABLE away RENAME TO delivery"))
    assert recover(database, folder, PATIENCE, LATER).unknown == 1


# SQLite commits in the process that asks for it: with the one dies the other.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_claim_whose_commit_outlives_its_sender_is_sorted_out_with_the_rest(
    database: Database, edition: Edition, folder: Path
) -> None:
    Journal.open(folder, "anna", edition.id, mark_of(database), MORNING).leave()
    with database.writing() as session:
        assert len(claim(session, edition, "anna", MORNING, READERS)) == READERS
        found: list[Recovered] = []
        recovering = threading.Thread(target=lambda: found.append(recover(database, folder, PATIENCE, LATER)))
        recovering.start()
        recovering.join(0.3)
        assert found == []
    recovering.join(30)
    assert found == [Recovered(senders=1, recorded=0, requeued=READERS, unknown=0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_recovers_and_who_gives_up_what_is_past_its_deadline_do_not_wait_for_each_other(
    database: Database, edition: Edition, folder: Path, begin
) -> None:
    journal, _ = begin(most=4)
    journal.leave()
    found: list[Recovered] = []
    recovering = threading.Thread(target=lambda: found.append(recover(database, folder, PATIENCE, LATER)))
    with database.writing() as session:
        session.get_one(EditionRow, edition.id, with_for_update=True)
        recovering.start()
        recovering.join(0.3)
        give_up_queue(session, edition, edition.schedule.deadline)
    recovering.join(30)
    assert found == [Recovered(senders=1, recorded=0, requeued=4, unknown=0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_recovers_and_who_reconciles_do_not_wait_for_each_other(database: Database, edition: Edition) -> None:
    with database.writing() as session:
        claim(session, edition, "anna", MORNING, 4)  # her heart never beat
    settled: list[int] = []

    def reconcile() -> None:
        settled.append(reconcile_unknown(database, NEWSLETTER, DAY, Settlement.RESEND, LATER)[0])

    reconciling = threading.Thread(target=reconcile)
    with database.writing() as session:
        session.get_one(EditionRow, edition.id, with_for_update=True)
        reconciling.start()
        reconciling.join(0.3)
        session.execute(text("LOCK TABLE delivery IN SHARE ROW EXCLUSIVE MODE"))
    reconciling.join(30)
    assert settled == [4]


def test_databases_have_marks_of_their_own_that_show_no_password(tmp_path: Path) -> None:
    urls = [
        f"sqlite:///{tmp_path}/a.db",
        f"sqlite:///{tmp_path}/b.db",
        "postgresql+psycopg://desk:hunter2@db.example/digest",
        "postgresql+psycopg://desk:hunter2@db.example:5433/digest",
        "postgresql+psycopg://desk:hunter2@db.example/other",
    ]
    marks = {mark_of(Database(url)) for url in urls}
    assert len(marks) == len(urls)
    assert mark_of(Database("postgresql+psycopg://other:secret@db.example/digest")) in marks
    assert mark_of(Database(f"sqlite:///{tmp_path}/../{tmp_path.name}/a.db")) in marks
    assert all(mark.isalnum() for mark in marks)


@on_sqlite
def test_the_moment_of_an_answer_is_kept_in_utc(database: Database, folder: Path, begin) -> None:
    journal, [first, *_] = begin()
    at = datetime(2026, 3, 14, 6, 0, 1, 250_000, tzinfo=UTC)
    journal.answered(first.reader.subscriber_id, 1, SENT, at)
    journal.leave()
    recover(database, folder, PATIENCE, LATER)
    with database.reading() as session:
        assert session.get_one(Delivery, (1, first.reader.subscriber_id)).changed_at == at
