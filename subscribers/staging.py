"""The staging table: a batch of a file's readers inside the database, where single statements deal with all of them."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, delete
from sqlalchemy.schema import CreateTable
from sqlmodel import Session

# Of the session's connection alone, and empty again at the end of its transaction, or with the next batch. The last
# three columns are filled in by what the database knows: who that is, and where they stood before the import.
STAGED = Table(
    "staged",
    MetaData(),
    Column("email_key", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("email", Text, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("timezone", Text),
    Column("subscriber_id", BigInteger),
    Column("subscription_id", BigInteger),
    Column("before", Text),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)


class StagedRow(NamedTuple):
    """A reader of the file: the key, the line it stands on, the address, its keyed hash, the name and the zone."""

    email_key: str
    place: int
    email: str
    address_hash: str
    name: str
    timezone: str | None = None


_COLUMNS = ", ".join(StagedRow._fields)
_MARKS = ", ".join("?" for _ in StagedRow._fields)


def stage(session: Session, rows: Iterable[StagedRow]) -> None:
    """Put *rows*, whose keys must all differ, into the empty staging table, in the order of their keys.

    In that order two imports at once lock the readers whom they share, and so can't wait for each other in a circle.
    """
    connection = session.connection()
    connection.execute(CreateTable(STAGED, if_not_exists=True))
    connection.execute(delete(STAGED))
    in_order = sorted(rows)
    if connection.dialect.name == "sqlite":
        # New readers go all over the indexes by key and by hash: within 64 MiB those of a million stay at hand.
        connection.exec_driver_sql("PRAGMA cache_size=-65536")
        connection.exec_driver_sql(f"INSERT INTO staged ({_COLUMNS}) VALUES ({_MARKS})", in_order)  # noqa: S608 - our own names
        return
    # COPY takes a tenth of the time of as many INSERTs; SQLAlchemy has no word for it, the driver has.
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY staged ({_COLUMNS}) FROM STDIN") as copy:
        for row in in_order:
            copy.write_row(row)
