"""The `digest` command: its groups, its global options, and how errors leave it."""

import gc
import sys
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from digest.cli.desk import Desk
from digest.cli.on_demand import OnDemand
from digest.configuration import DEFAULT_NAME
from digest.errors import BadInputError, DigestError
from subscribers.errors import SubscribersError

app = typer.Typer(
    cls=OnDemand,
    help="A newsroom's daily headlines by email: gather, compose, render once, deliver exactly once.",
    epilog="Exit codes: 0 done, 1 did not fully succeed, 2 bad input or configuration.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; an error is one line on standard error and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that is not UTF-8 gets escapes, not a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        _refuse_undecodable(sys.argv[1:])
        app()
    except DigestError as error:
        _leave(str(error), error.exit_code)
    except SubscribersError as error:
        _leave(str(error), 2)
    except (DBAPIError, PoolTimeoutError) as error:
        # Its first line only: PostgreSQL's further ones quote rows, and with them readers' addresses.
        _leave(f"the database failed: {str(getattr(error, 'orig', error)).partition(chr(10))[0]}", 1)
    except OSError as error:
        _leave(f"the system refused: {error}", 1)
    finally:
        gc.freeze()  # or all that was loaded is gone through for garbage on the way out, a fifth of a short command


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option(envvar="DIGEST_CONFIG", help="The configuration file.", show_default=True)
    ] = Path(DEFAULT_NAME),
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and leave.",
            callback=lambda asked: _print_version(asked=asked),
            is_eager=True,
        ),
    ] = False,
) -> None:
    context.obj = Desk(config)
    context.call_on_close(context.obj.close)


def _refuse_undecodable(arguments: list[str]) -> None:
    """Refuse arguments that are not text in the terminal's encoding: no database could keep them."""
    for argument in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in argument):
            raise BadInputError(f"the argument {argument!a} is not UTF-8 text")


def _print_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"headline-digest {version('headline-digest')}")
        raise typer.Exit


def _leave(message: str, code: int) -> None:
    print(f"digest: {message}", file=sys.stderr)  # noqa: T201 - the command line's own voice
    sys.exit(code)
