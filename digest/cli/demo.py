"""`digest demo`: the whole story on this machine."""

import asyncio
import os
import shlex
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.desk import Desk
from digest.demo.catcher import Catcher
from digest.demo.day import PICTURES, reader_names
from digest.demo.inbox import INBOX, inbox_app
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.demo.story import Morning, live_a_morning
from digest.errors import BadInputError
from digest.web.application import web_app
from digest.web.serving import address_of


def show_demo(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep configuration, database and preview in this new folder.")
    ] = None,
    port: Annotated[int, typer.Option(help="Where to show the inboxes; 0 takes a free port.", min=0, max=65535)] = 0,
    stay: Annotated[
        bool | None, typer.Option(help="Stay until Ctrl-C to show the inboxes; by default only at a terminal.")
    ] = None,
) -> None:
    """Make and send today's edition of an invented newsroom: an embedded mail catcher, no server, no network."""
    desk: Desk = context.obj
    folder = _folder(out)
    try:
        listener = bind_loopback(port)
    except OSError as error:
        raise BadInputError(f"--port {port} can't be had: {error.strerror}") from error
    base_url = address_of(listener)
    with Catcher() as catcher:
        morning = asyncio.run(live_a_morning(folder, base_url, catcher, desk.now))
        context.call_on_close(morning.database.close)
        caught = catcher.caught
    staying = sys.stdin.isatty() if stay is None else stay
    _tell(desk, morning, folder, len(caught))
    if staying:
        app = inbox_app(caught, PICTURES, names=reader_names(), facts=_facts(morning))
        app.mount("/", web_app(morning.settings, morning.database, desk.now))  # where the mails' own links lead
        with serve_in_thread(app, listener):
            desk.say(f"\nThe readers' inboxes: {base_url}{INBOX}/ (Ctrl-C ends the demo)")
            _wait_for_interrupt()
    else:
        desk.say(f"\nTo walk through the readers' inboxes in a browser: {_again()}")
    if not morning.closing.is_whole:
        raise typer.Exit(1)


def _folder(out: Path | None) -> Path:
    if out is None:
        return Path(tempfile.mkdtemp(prefix="digest-demo-"))
    try:
        out.mkdir(parents=True)
    except OSError as error:
        raise BadInputError(f"--out {out} must be a new folder: {error.strerror}") from error
    return out


def _tell(desk: Desk, morning: Morning, folder: Path, caught: int) -> None:
    edition, articles = morning.published.edition, morning.articles
    html, text, message, report = morning.files
    stored = articles.imported + articles.updated + articles.unchanged
    desk.say(f"The Harbour Post's Daily Headlines, {edition.schedule.local_date}")
    desk.say(f"  stored    {stored} articles of an invented day, {len(articles.rejected)} rejected")
    desk.say(f"  composed  {len(morning.published.stories)} stories: {morning.published.artifact.subject}")
    desk.say(f"  rendered  once, SHA-256 {morning.published.artifact.sha256[:16]}…")
    desk.say(f"  sent      {morning.closing}")
    desk.say(f"  caught    {caught} mails by the embedded catcher")
    desk.say("Look at")
    for what, path in (("the mail", html), ("its text", text), ("on the wire", message), ("the report", report)):
        desk.say(f"  {what:<12}{path}")
    desk.say(f"  {'all of it':<12}{_program()} --config {shlex.quote(str(folder / 'digest.toml'))} …")
    desk.say(f"It is kept in {folder}; delete it when you are done.")


def _again() -> str:
    """Return how to start the demo so that it stays, as whoever started it can type it."""
    return "make demo ARGS=--stay" if "MAKELEVEL" in os.environ else f"{_program()} demo --stay"


def _program() -> str:
    """Return this program as it can be typed here: `digest` where that finds it, else by its path."""
    started = Path(sys.argv[0]).absolute()
    found = shutil.which("digest")
    if not started.is_file() or (found and Path(found).absolute() == started):
        return "digest"
    here = Path.cwd()
    return shlex.quote(str(started.relative_to(here) if started.is_relative_to(here) else started))


def _facts(morning: Morning) -> dict[str, str]:
    edition = morning.published.edition
    return {
        "Edition": f"{edition.newsletter} {edition.schedule.local_date}, {len(morning.published.stories)} stories",
        "Ledger": str(morning.closing),
    }


def _wait_for_interrupt() -> None:
    with _interrupt_ends_quietly():
        threading.Event().wait()


@contextmanager
def _interrupt_ends_quietly() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        return
