"""The ledger's rows as SQL sees them. Plain tables: an entity for each of a million rows would cost seconds."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Table,
    Text,
    UpdateBase,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.tables import Attempt, Delivery
from subscribers.instant import as_utc

DELIVERY = Delivery.metadata.tables[Delivery.__tablename__]
ATTEMPT = Attempt.metadata.tables[Attempt.__tablename__]
ROW = DELIVERY.c


def has(status: DeliveryStatus) -> ColumnElement[bool]:
    """Return the condition on a delivery that it stands at *status*.

    The status is written into the statement: for a value that is only bound to it, SQLite would not look
    into the partial indexes, and neither would a plan that PostgreSQL keeps.
    """
    return ROW.status == literal_column(f"'{status.value}'")


def same(found: CTE) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on a delivery that it is one of those *found* by edition and subscriber.

    Both come from what was found, even where the edition is known: PostgreSQL, which knows of no rows of an edition
    published a minute ago, would otherwise look each one up by the edition alone, and walk over all of it every time.
    """
    return ROW.edition_id == found.c.edition_id, ROW.subscriber_id == found.c.subscriber_id


def is_sqlite(session: Session) -> bool:
    """Say whether the database is SQLite, and not PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def insert_into(session: Session, table: Table) -> Any:
    """Return the INSERT of the session's database: both kinds know ON CONFLICT, each by its own construct."""
    return (sqlite if is_sqlite(session) else postgresql).insert(table)


class ForEachRow:
    """An UPDATE or INSERT for many rows at once, each with its own values; *columns* are their names and types.

    *common* are the names and types of values that all rows of one run share.
    *build* makes the statement, given what stands in it for each of a row's values, and the INSERT of the database,
    since both kinds know ON CONFLICT, but each by its own construct. It is run once over all rows, handed over as JSON.
    Run for each row, SQLite would let go of the interpreter's lock and want it back a thousand times, against an event
    loop that has it: that takes twenty times as long. And arrays, which PostgreSQL could take as well, cost its driver
    four times as much.
    """

    def __init__(
        self,
        columns: Mapping[str, TypeEngine[Any]],
        build: Callable[[Mapping[str, ColumnElement[Any]], Any], UpdateBase],
        common: Mapping[str, TypeEngine[Any]],
    ) -> None:
        self._columns = columns
        # In each row all the same on PostgreSQL: see `same`.
        self._for_postgresql = build(_of_recordset({**common, **columns}), postgresql.insert)
        bound = {name: bindparam(name, type_=type_) for name, type_ in common.items()}
        self._for_sqlite = build({**bound, **_of_json_array(columns)}, sqlite.insert)

    def run(self, session: Session, rows: Sequence[tuple[Any, ...]], **common: Any) -> None:
        """Run it for *rows*, whose values are in the order of the columns; with none, do nothing."""
        if not rows:
            return
        if is_sqlite(session):
            session.execute(self._for_sqlite, {**common, "rows": json.dumps(rows, default=_stored)})
        else:
            named = [common | dict(zip(self._columns, row, strict=True)) for row in rows]
            session.execute(self._for_postgresql, {"rows": json.dumps(named, default=_written)})


def _of_recordset(columns: Mapping[str, TypeEngine[Any]]) -> Mapping[str, ColumnElement[Any]]:
    given = func.json_to_recordset(bindparam("rows", type_=Text()).cast(JSON))
    named = given.table_valued(*(column(name, type_) for name, type_ in columns.items()))
    each = named.render_derived(name="each", with_types=True)
    return {name: each.c[name] for name in columns}


def _of_json_array(columns: Mapping[str, TypeEngine[Any]]) -> Mapping[str, ColumnElement[Any]]:
    row = func.json_each(bindparam("rows")).table_valued("value", name="given").c.value
    values = [row.op("->>")(literal_column(str(place))).label(name) for place, name in enumerate(columns)]
    # Materialised, or SQLite would look the rows up the other way round: each delivery of the edition in the JSON.
    each = select(*values).cte("each").prefix_with("MATERIALIZED")
    return {name: each.c[name] for name in columns}


def _written(instant: datetime) -> str:
    return as_utc(instant).isoformat()


@lru_cache(maxsize=8)  # a row of what was sent holds the same one twice
def _stored(instant: datetime) -> str:
    """Write *instant* as SQLAlchemy does into SQLite; its own way would cost as much as all else of a row."""
    return as_utc(instant).replace(tzinfo=None).isoformat(" ", "microseconds")
