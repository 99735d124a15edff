"""Rows that are handed to a statement as one value: it reads the same, however many there are.

So a statement runs for none as it does for hundreds, which is how nobody can tell from what is done for a sign-up what
is known of its address (S06).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Select, Subquery, Text, cast, column, func, literal, select, type_coerce
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

# As SQLAlchemy keeps instants in SQLite. PostgreSQL would take one without a zone for local time.
_IN_SQLITE = "%Y-%m-%d %H:%M:%S.%f"
_IN_POSTGRESQL = _IN_SQLITE + "+00"

_Types = Mapping[str, type[TypeEngine[Any]]]


def given(session: Session, rows: Iterable[Sequence[Any]], **columns: type[TypeEngine[Any]]) -> Subquery:
    """Return *rows*, each with a value for every one of *columns*, as a table that a statement may read."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    form = _IN_SQLITE if is_sqlite else _IN_POSTGRESQL
    text = json.dumps([[_plain(value, form) for value in row] for row in rows])
    return (_read_by_sqlite if is_sqlite else _read_by_postgresql)(text, columns).subquery("given")


def _plain(value: Any, form: str) -> Any:
    """Return *value* as JSON can hold it."""
    return value.astimezone(UTC).strftime(form) if isinstance(value, datetime) else value


def _read_by_sqlite(text: str, columns: _Types) -> Select[Any]:
    row = func.json_each(literal(text, Text())).table_valued("value").c.value
    cells = [
        type_coerce(func.json_extract(row, f"$[{place}]"), kind()).label(name)
        for place, (name, kind) in enumerate(columns.items())
    ]
    return select(*cells)


def _read_by_postgresql(text: str, columns: _Types) -> Select[Any]:
    rows = func.json_array_elements(cast(literal(text, Text()), JSON()))
    row = rows.table_valued(column("value", JSON())).c.value
    cells = [cast(row.op("->>")(place), kind()).label(name) for place, (name, kind) in enumerate(columns.items())]
    return select(*cells)
