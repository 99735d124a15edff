"""`digest serve`: the pages that readers sign up on and that links lead to, the mail they ask for, and the clock."""

import errno
import logging
import socket
from contextlib import nullcontext
from typing import Annotated

import typer

from digest.alerts.watchdog import watchdog_running
from digest.cli.desk import Desk, utc_now
from digest.clock.clock import clock_running
from digest.delivery.postman import postman_running
from digest.errors import BadInputError
from digest.monitor.metrics import metrics_page
from digest.monitor.readiness import clock_alive, looks_usable
from digest.web.application import web_app
from digest.web.health import health_pages
from digest.web.serving import address_of, listen, serve
from digest.web.signing_up import registrar_running

_log = logging.getLogger(__name__)


def serve_web(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one of this machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    mail: Annotated[
        bool, typer.Option(help="Send the mails that ask readers to confirm; --no-mail leaves them to another process.")
    ] = True,
    schedule: Annotated[
        bool,
        typer.Option(help="Read the feeds and send each edition at its time; --no-schedule leaves that to others."),
    ] = True,
) -> None:
    """Serve the pages, mail those who sign up to confirm, read the feeds, and send each newsletter at its time.

    The operators are told what is wrong ([alerts]). Ctrl-C or SIGTERM ends it, once what is in hand is answered.
    Health: /healthz and /readyz; figures: /metrics.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    listener = _listen(host, port)
    address = address_of(listener)
    desk.say(f"{settings.site.name} is at {address}/ (Ctrl-C ends it)")
    if settings.site.is_local and settings.site.base_url != address:
        _log.warning("links in mails lead to %s, which is not here", settings.site.base_url)
    postman = postman_running(settings, database, desk.now) if mail else nullcontext(lambda: None)
    clock = clock_running(settings, database, utc_now, _log.info) if schedule else nullcontext()
    with (
        watchdog_running(settings, database, desk.now),
        clock as silence,
        postman as nudge,
        registrar_running(settings, database, desk.now, nudge) as registrar,
    ):
        checks = [looks_usable(settings), *([clock_alive(silence)] if silence else [])]
        upkeep = [health_pages(database, checks), metrics_page(settings, database, desk.now)]
        serve(web_app(settings, database, desk.now, registrar, nudge, upkeep), listener)
    database.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInputError(f"port {port} of {host} is taken by another program; --port chooses one") from error
        raise BadInputError(f"--host {host} --port {port} can't be had: {error.strerror or error}") from error
