"""`digest init` and `digest db`: the configuration file and the tables."""

import os
import secrets
from pathlib import Path

import typer

from digest.cli.desk import Desk
from digest.errors import BadInputError
from digest.schema import require_schema
from digest.upgrading import upgrade_schema

app = typer.Typer(
    help="The database's tables: create, migrate, check.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
EXAMPLE = Path(__file__).parent / "example.toml"


def init(context: typer.Context) -> None:
    """Write a commented digest.toml that works as it is, and create the database.

    An existing file is never touched.
    """
    desk: Desk = context.obj
    _write_example(desk.config)
    try:
        upgrade_schema(desk.any_database(desk.settings()))
    except BadInputError as error:
        raise BadInputError(
            f"{error}; {desk.config} is written, so put that right, then run 'digest db upgrade'"
        ) from error
    desk.say(f"Wrote {desk.config} with a fresh secret and created the database.")
    desk.say("Next: digest articles import PATH…, then digest preview daily-headlines --out preview")


@app.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Create the tables, or migrate those of an older version. Safe to repeat."""
    desk: Desk = context.obj
    upgrade_schema(desk.any_database(desk.settings()))
    desk.say("The database has the tables of this version.")


@app.command("status")
def status(context: typer.Context) -> None:
    """Say whether the database answers and has the tables of this version (exit code 0) or not (2)."""
    desk: Desk = context.obj
    require_schema(desk.any_database(desk.settings()))
    desk.say("The database answers and has the tables of this version.")


def _write_example(path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("@SECRET@", secrets.token_urlsafe(32))
    try:
        # Only the owner may read it: it holds the secret that signs every link.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInputError(f"{path} is there already and was not touched; move it away to start anew") from error
    except OSError as error:
        raise BadInputError(f"{path} can't be written: {error.strerror}") from error
