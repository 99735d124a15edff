from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from digest.editions.release_store import approved_hash, frozen_audience, previous_audience, record_approval
from digest.editions.store import record_published, record_skipped
from digest.editions.tables import EditionApproval, EditionRow
from digest.editions.window import Schedule, Window

DAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64


def schedule(day):
    cutoff = datetime(day.year, day.month, day.day, 5, 30, tzinfo=UTC)
    return Schedule(day, Window(cutoff - timedelta(days=1), cutoff), cutoff, cutoff + timedelta(hours=5))


def ask(database, question, *about):
    with database.reading() as session:
        return question(session, *about)


def approve(database, sha256, newsletter="daily", day=DAY, editor="kim"):
    with database.writing() as session:
        record_approval(session, newsletter, day, sha256, editor, NOW)


def published(database, day, readers, newsletter="daily"):
    with database.writing() as session:
        edition = record_published(session, newsletter, schedule(day), NOW)
        session.get_one(EditionRow, edition.id).eligible = readers
    return edition


def test_the_newest_approval_of_an_edition_counts_and_none_is_lost(database):
    assert ask(database, approved_hash, "daily", DAY) is None
    for sha256 in (TWO, ONE, TWO):
        approve(database, sha256)
    approve(database, ONE, newsletter="weekly")
    approve(database, ONE, day=DAY + timedelta(days=1))
    assert ask(database, approved_hash, "daily", DAY) == TWO
    with database.reading() as session:
        kept = session.exec(select(EditionApproval).order_by(EditionApproval.id)).all()
    assert [(row.sha256, row.approved_by, row.approved_at) for row in kept[:3]] == [
        (sha256, "kim", NOW) for sha256 in (TWO, ONE, TWO)
    ]


@pytest.mark.parametrize("readers", [0, 7])
def test_a_published_edition_knows_how_many_it_was_frozen_for(database, readers):
    assert ask(database, frozen_audience, published(database, DAY, readers)) == readers


def test_the_previous_audience_is_that_of_the_last_published_edition(database):
    assert ask(database, previous_audience, "daily", DAY) is None
    published(database, DAY - timedelta(days=3), 100)
    published(database, DAY - timedelta(days=2), 120)
    published(database, DAY - timedelta(days=1), 5, newsletter="weekly")
    published(database, DAY, 7)
    with database.writing() as session:
        record_skipped(session, "daily", schedule(DAY - timedelta(days=1)), "no story", NOW)
    assert ask(database, previous_audience, "daily", DAY) == 120
    assert ask(database, previous_audience, "daily", DAY - timedelta(days=2)) == 100
