"""The schema: whether the database has the tables this version needs. Read before every command, so it is quick."""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from digest.database import Database
from digest.errors import BadInputError

MIGRATIONS = Path(__file__).parent / "migrations"
_KEPT_IN = "alembic_version"


class SchemaState(StrEnum):
    """How the database's tables compare with what this version needs."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def revisions_in(migrations: Path = MIGRATIONS) -> list[str]:
    """Return the numbers of the steps in *migrations*, oldest first: what their file names begin with."""
    return sorted(step.name.partition("_")[0] for step in (migrations / "versions").glob("[0-9]*_*.py"))


def schema_state(database: Database, migrations: Path = MIGRATIONS) -> SchemaState:
    """Compare the database's tables with what this version, by the steps in *migrations*, needs.

    Raises:
        BadInputError: the database does not answer.
    """
    revision, known = _revision(database), revisions_in(migrations)
    if revision is None:
        return SchemaState.EMPTY
    if revision == known[-1]:
        return SchemaState.CURRENT
    return SchemaState.OLDER if revision in known else SchemaState.NEWER


def require_schema(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Refuse to work on a database that is missing or, by the steps in *migrations*, of another version.

    Raises:
        BadInputError: it is; the message names the command to run.
    """
    if database.is_missing():
        raise BadInputError(f"there is no database at {database}; 'digest db upgrade' creates it")
    state = schema_state(database, migrations)
    if state is SchemaState.CURRENT:
        return
    if state is SchemaState.NEWER:
        raise made_by_newer(database)
    how = "has no tables yet" if state is SchemaState.EMPTY else "has the tables of an older version"
    raise BadInputError(f"{database} {how}; run 'digest db upgrade'")


def made_by_newer(database: Database) -> BadInputError:
    """Return the error that a database of a later version deserves."""
    return BadInputError(f"{database} was made by a newer version of headline-digest; install that one")


def unusable(database: Database, error: DBAPIError) -> BadInputError:
    """Return the error that a database deserves which does not answer, or refuses."""
    return BadInputError(f"the database {database} can't be used: {' '.join(str(error.orig).split())}")


def _revision(database: Database) -> str | None:
    try:
        with database.engine.connect() as connection:
            if not inspect(connection).has_table(_KEPT_IN):
                return None
            return connection.execute(text(f"SELECT version_num FROM {_KEPT_IN}")).scalar()  # noqa: S608 - our constant
    except DBAPIError as error:
        raise unusable(database, error) from error
