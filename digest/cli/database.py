"""`digest init` and `digest db`: the configuration file and the tables."""

import os
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.desk import Desk
from digest.errors import BadInputError
from digest.safekeeping.copying import copy_out
from digest.safekeeping.restoring import Restored, restore
from digest.schema import require_schema
from digest.upgrading import upgrade_schema

app = typer.Typer(
    help="The database: create, migrate, check, back up, restore.",
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


@app.command("backup")
def back_up(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the copy; must not be there yet.")],
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Copy the whole database into a file, while everything goes on, and check the copy.

    It holds what was committed when it began. SQLite's is a database by itself, PostgreSQL's is one of pg_dump.
    """
    desk: Desk = context.obj
    size = copy_out(desk.database(desk.settings()), file)
    if as_json:
        desk.say_json({"file": str(file), "bytes": size})
    else:
        desk.say(
            f"{file}: {size:,} bytes, checked. It holds every reader's address, and no secret: keep digest.toml too."
        )


@app.command("restore")
def put_back(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that 'digest db backup' made.")],
    nothing_since: Annotated[
        bool,
        typer.Option(
            "--nothing-since", help="Nothing was sent since the copy was made: go on as if it were the original."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Put a copy back where there is no database yet, with this version's tables. Stop 'digest serve' before.

    What may have been mailed since the copy was made is mailed to nobody again: its deliveries are unknown, its
    editions missed, until a person settles them.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.any_database(settings)
    restored = restore(database, settings, file, desk.now(), nothing_since=nothing_since)
    if as_json:
        desk.say_json(asdict(restored))
    else:
        _say_restored(desk, restored)


def _say_restored(desk: Desk, restored: Restored) -> None:
    desk.say("The database is restored, with the tables of this version.")
    for doubt in restored.doubts:
        name, command = f"{doubt.newsletter}/{doubt.local_date}", f"{doubt.newsletter} {doubt.local_date}"
        if doubt.deliveries is None:
            desk.say(
                f"{name} may have gone out since, and is recorded as missed; if the relay's log knows nothing of it:"
                f" digest send {doubt.newsletter} --date {doubt.local_date}"
            )
        else:
            desk.say(
                f"{name}: {doubt.deliveries:,} deliveries may have gone out since, and are unknown; settle them:"
                f" digest reconcile {command} --mark-sent, --mark-failed or --resend"
            )
    if restored.mails:
        desk.say(f"{restored.mails:,} mails of the sign-up may have gone out since, and are not sent again.")


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
