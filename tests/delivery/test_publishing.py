"""Publishing under safeguards: what is refused leaves nothing behind, and what goes out is what was approved."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, configure, enlist, stock
from sqlmodel import select

from digest.building import BuiltEdition, build_edition
from digest.database import Database
from digest.delivery.publishing import Published, find_published, publish, refuse_unsafe_rest
from digest.delivery.safeguards import AudienceError, NotApprovedError, Safeguards
from digest.delivery.tables import Delivery
from digest.editions.release_store import record_approval
from digest.editions.tables import ArtifactRow, EditionRow, EditionStory
from digest.editions.texts_store import write_text
from digest.settings import Settings

APPROVAL = Safeguards(approval=True)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    stock(database)
    return configure(tmp_path, database.url)


def build(database: Database, settings: Settings, days: int = 0) -> BuiltEdition:
    with database.reading() as session:
        return build_edition(session, settings, NEWSLETTER, DAY + timedelta(days=days), inline=str)


def put_out(database: Database, built: BuiltEdition, safeguards: Safeguards, now: datetime = MORNING) -> Published:
    return publish(database, built, built.schedule, now, safeguards)


def approve(database: Database, built: BuiltEdition) -> str:
    assert built.artifact
    with database.writing() as session:
        record_approval(session, NEWSLETTER, built.schedule.local_date, built.artifact.sha256, "kim", MORNING)
    return built.artifact.sha256


def rows(database: Database) -> list[int]:
    tables = (EditionRow, ArtifactRow, EditionStory, Delivery)
    with database.reading() as session:
        return [len(session.exec(select(table)).all()) for table in tables]


def test_what_was_approved_is_published(database: Database, settings: Settings) -> None:
    enlist(database, 3)
    built = build(database, settings)
    sha256 = approve(database, built)
    assert put_out(database, built, APPROVAL).artifact.sha256 == sha256
    assert rows(database)[-1] == 3


def test_what_nobody_approved_is_not_published(database: Database, settings: Settings) -> None:
    enlist(database, 3)
    built = build(database, settings)
    with pytest.raises(NotApprovedError, match="nothing was approved yet"):
        put_out(database, built, APPROVAL)
    assert rows(database) == [0, 0, 0, 0]
    assert put_out(database, built, Safeguards()).is_new


def a_late_article(database: Database) -> None:
    stock(database, stories=1, first=40)


def another_subject(database: Database) -> None:
    with database.writing() as session:
        write_text(session, NEWSLETTER, DAY, "subject", "Another subject altogether", "kim", MORNING)


@pytest.mark.parametrize("change", [a_late_article, another_subject])
def test_what_changes_after_the_approval_is_not_published(
    database: Database, settings: Settings, change: Callable[[Database], None]
) -> None:
    enlist(database, 3)
    approved = approve(database, build(database, settings))
    change(database)
    changed = build(database, settings)
    assert changed.artifact
    with pytest.raises(NotApprovedError) as refused:
        put_out(database, changed, APPROVAL)
    assert f"it is built as {changed.artifact.sha256}, but {approved} was approved" in str(refused.value)
    assert refused.value.exit_code == 1
    assert rows(database) == [0, 0, 0, 0]
    approve(database, changed)
    assert put_out(database, changed, APPROVAL).is_new


def test_an_approval_is_for_one_date(database: Database, settings: Settings) -> None:
    built = build(database, settings)
    assert built.artifact
    with database.writing() as session:
        record_approval(session, NEWSLETTER, DAY + timedelta(days=1), built.artifact.sha256, "kim", MORNING)
        record_approval(session, "evening", DAY, built.artifact.sha256, "kim", MORNING)
    with pytest.raises(NotApprovedError):
        put_out(database, built, APPROVAL)


def test_where_approval_is_asked_for_later_the_rest_of_an_edition_waits_for_it(
    database: Database, settings: Settings
) -> None:
    built = build(database, settings)
    published = put_out(database, built, Safeguards())
    with pytest.raises(NotApprovedError):
        refuse_unsafe_rest(database, published, APPROVAL)
    approve(database, built)
    refuse_unsafe_rest(database, published, APPROVAL)


@pytest.mark.parametrize(("expected", "fits"), [(10, True), (9, False), (11, True), (12, False)])
def test_the_audience_that_was_frozen_is_held_against_the_expected_one(
    database: Database, settings: Settings, expected: int, fits: bool
) -> None:
    enlist(database, 10)
    built = build(database, settings)
    if fits:
        assert put_out(database, built, Safeguards(expected=expected)).is_new
        return
    with pytest.raises(AudienceError, match=rf"10 readers .* but {expected} were .* --expect-recipients 10$"):
        put_out(database, built, Safeguards(expected=expected))
    assert rows(database) == [0, 0, 0, 0]


def test_an_audience_far_from_the_previous_editions_is_refused_until_it_is_expected(
    database: Database, settings: Settings
) -> None:
    strict = Safeguards(audience_change=0.1)
    enlist(database, 10)
    first = put_out(database, build(database, settings), strict)
    enlist(database, 20)
    stock(database, first=60, cutoff=CUTOFF + timedelta(days=1))
    tomorrow, built = MORNING + timedelta(days=1), build(database, settings, days=1)
    with pytest.raises(AudienceError, match="20 readers would get it, but 10 had the previous edition"):
        put_out(database, built, strict, tomorrow)
    assert find_published(database, NEWSLETTER, DAY + timedelta(days=1)) is None
    second = put_out(database, built, Safeguards(audience_change=0.1, expected=19), tomorrow)
    for published in (first, second):
        refuse_unsafe_rest(database, published, strict)  # what is out was about as large as it should be
    with pytest.raises(AudienceError, match="30 were expected"):
        refuse_unsafe_rest(database, second, Safeguards(expected=30))
