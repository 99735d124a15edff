from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from subscribers.instant import Instant, as_utc

NOTES = Table("note", MetaData(), Column("id", Integer, primary_key=True), Column("at", Instant))


@pytest.fixture
def notes(database):
    NOTES.create(database.engine)
    yield database
    NOTES.drop(database.engine)


def stored(database, moment):
    with database.writing() as session:
        session.execute(insert(NOTES).values(at=moment))
    with database.reading() as session:
        return session.execute(select(NOTES.c.at).order_by(NOTES.c.id.desc()).limit(1)).scalar_one()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 14, 5, 30, tzinfo=UTC),
        datetime(2026, 3, 14, 5, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-4))),
        datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(1970, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_the_same_and_in_utc(notes, moment):
    found = stored(notes, moment)
    assert found == moment
    assert found.tzinfo is UTC


def test_nothing_stays_nothing(notes):
    assert stored(notes, None) is None


def test_a_time_without_its_zone_is_refused(notes):
    with pytest.raises(StatementError, match="has no time zone"):
        stored(notes, datetime(2026, 3, 14, 5, 30))  # noqa: DTZ001 - that is the point
    with notes.reading() as session:
        assert session.execute(select(NOTES.c.at)).all() == []


def test_instants_are_ordered_as_instants_whatever_zone_they_were_given_in(notes):
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-9))
    first, second = datetime(2026, 1, 2, 1, tzinfo=east), datetime(2026, 1, 1, 8, 0, 0, 1, tzinfo=west)
    stored(notes, second)
    stored(notes, first)
    with notes.reading() as session:
        assert session.execute(select(NOTES.c.at).order_by(NOTES.c.at)).scalars().all() == [first, second]
        assert session.execute(select(NOTES.c.at).where(NOTES.c.at < second)).scalars().all() == [first]


@given(st.datetimes(datetime(1900, 1, 2), datetime(9998, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - bounds are naive
def test_as_utc_keeps_the_instant(moment):
    assert as_utc(moment) == moment.astimezone(UTC)
    assert as_utc(moment).tzinfo is UTC


def test_as_utc_refuses_a_time_without_its_zone_and_says_what_to_add():
    with pytest.raises(ValueError, match=r"2026-03-14T05:30:00 has no time zone; add one, such as Z or \+02:00"):
        as_utc(datetime(2026, 3, 14, 5, 30))  # noqa: DTZ001 - that is the point
