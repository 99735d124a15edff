"""Creating and migrating the tables (Alembic)."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import digest.alerts.tables
import digest.articles.retrieval.tables
import digest.articles.tables
import digest.clock.tables
import digest.delivery.tables
import digest.editions.tables
import subscribers.signup_tables
import subscribers.tables
from digest.database import Database
from digest.errors import BadInputError
from digest.schema import MIGRATIONS, SchemaState, made_by_newer, schema_state, unusable

# Importing the modules is what puts their tables into the metadata.
TABLES = (
    digest.alerts.tables,
    digest.articles.tables,
    digest.articles.retrieval.tables,
    digest.clock.tables,
    digest.delivery.tables,
    digest.editions.tables,
    subscribers.tables,
    subscribers.signup_tables,
)
METADATA = SQLModel.metadata


def upgrade_schema(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Create or migrate the tables by the steps in *migrations*.

    Raises:
        BadInputError: the database does not answer, refuses, or was made by a newer version.
    """
    if database.is_missing():
        _create_private(database)
    if schema_state(database, migrations) is SchemaState.NEWER:
        raise made_by_newer(database)
    try:
        # Two that upgrade at once queue on SQLite's write lock, and the second finds nothing left to do.
        with database.engine.execution_options(writes=True).begin() as connection:
            command.upgrade(_config(migrations, connection), "head")
    except DBAPIError as error:
        raise unusable(database, error) from error


def _create_private(database: Database) -> None:
    """Create the file of a SQLite database for its owner alone: it will hold every reader's address.

    What SQLite puts beside it while it works gets the same permissions.
    """
    file = Path(database.engine.url.database or "")
    # In a folder that is not there, and by SQLite's own "file:" addresses, only SQLite knows what to do.
    if not file.parent.is_dir() or file.name.startswith("file:"):
        return
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise BadInputError(f"the database {database} can't be used: {error.strerror}") from error


def _config(migrations: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
