"""`digest demo`: the whole story on this machine."""

import asyncio
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
from digest.demo.inbox import inbox_app
from digest.demo.serving import address_of, bind_loopback, serve_in_thread
from digest.demo.story import Morning, live_a_morning
from digest.errors import BadInputError
from digest.web.application import web_app


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
        caught = catcher.caught
    staying = sys.stdin.isatty() if stay is None else stay
    _tell(desk, morning, folder, len(caught))
    if staying:
        app = inbox_app(caught, PICTURES, names=reader_names(), facts=_facts(morning))
        app.mount("/", web_app(morning.settings, morning.database, desk.now))  # where the mails' own links lead
        with serve_in_thread(app, listener):
            desk.say(f"\nThe readers' inboxes: {base_url}/ (Ctrl-C ends the demo)")
            _wait_for_interrupt()
    else:
        desk.say("\nTo walk through the readers' inboxes in a browser: digest demo --stay")
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
    desk.say(f"  {'all of it':<12}{folder} (digest --config {folder / 'digest.toml'} …)")


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
