"""An invented audience of any size, put straight into the tables: an import would take minutes for a million."""

from sqlalchemy import Connection, text

from digest.database import Database

_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :readers)",
    "postgresql": "WITH numbers AS (SELECT n FROM generate_series(1, :readers) AS series(n))",
}
_HASH = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(random()::text || n)"}
_THEN = "2026-01-02 03:04:05.000000"


def fill_audience(database: Database, newsletter: str, readers: int) -> None:
    """Put *readers* invented readers, reader1@example.org and so on, on *newsletter*; the database must have no other.

    They have no consent on record, and their address hashes are made up.
    """
    with database.engine.execution_options(writes=True).begin() as connection:
        kind = connection.dialect.name
        numbers, address_hash = _NUMBERS[kind], _HASH[kind]
        connection.execute(
            text(
                "INSERT INTO subscriber (id, email, email_key, address_hash, name, created_at)"  # noqa: S608 - our own constants
                f" {numbers} SELECT n, 'reader' || n || '@example.org', 'reader' || n || '@example.org',"
                f" {address_hash}, 'Reader ' || n, '{_THEN}' FROM numbers"
            ),
            {"readers": readers},
        )
        connection.execute(
            text(
                "INSERT INTO subscription (id, subscriber_id, newsletter, status, changed_at)"  # noqa: S608 - our own constants
                f" {numbers} SELECT n, n, :newsletter, 'active', '{_THEN}' FROM numbers"
            ),
            {"readers": readers, "newsletter": newsletter},
        )
        _go_on_counting_from(connection, readers)


def _go_on_counting_from(connection: Connection, readers: int) -> None:
    """Give whoever comes next the numbers behind these: SQLite sees to that itself."""
    if connection.dialect.name == "postgresql":
        for table in ("subscriber", "subscription"):
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), :n)"), {"n": readers})
            connection.execute(text(f"ANALYZE {table}"))
