"""Databases with this version's tables and nothing in them, in milliseconds: migrated once, then copied or emptied."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from digest.database import Database
from digest.upgrading import METADATA, upgrade_schema

# What stands in the schema: the columns of tables and indexes, the triggers, and the revision.
_SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
    SELECT relname || ' ' || attname || ' ' || format_type(atttypid, atttypmod) || attnotnull
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT tgname FROM pg_trigger
    UNION ALL SELECT version_num FROM alembic_version
) AS lines(line)
"""
_EMPTY = f"TRUNCATE {', '.join(table.name for table in METADATA.sorted_tables)} RESTART IDENTITY"
_shapes: dict[str, str] = {}


def blank_sqlite(folder: Path) -> Database:
    """Return a new SQLite database, `digest.db` in *folder*."""
    return Database(f"sqlite:///{shutil.copy(_migrated_file(), folder / 'digest.db')}")


def blank_postgresql(url: str) -> Database:
    """Return the PostgreSQL database at *url*, emptied; where its tables are not as they should be, made anew."""
    database = Database(url)
    with database.engine.begin() as connection:
        is_sound = url in _shapes and _shape(connection) == _shapes[url]
        connection.execute(text(_EMPTY if is_sound else "DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    if not is_sound:
        upgrade_schema(database)
        with database.engine.connect() as connection:
            _shapes[url] = _shape(connection)
    return database


@cache
def _migrated_file() -> Path:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    database = Database(f"sqlite:///{folder}/digest.db")
    upgrade_schema(database)
    database.close()
    return Path(folder) / "digest.db"


def _shape(connection: Connection) -> str:
    """Return a mark of the schema; empty where there is none."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return ""
    return str(connection.scalar(text(_SHAPE)))
