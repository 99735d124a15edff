"""`digest serve`: the web pages that the links in every mail lead to."""

import errno
import socket
from typing import Annotated

import typer

from digest.cli.desk import Desk
from digest.errors import BadInputError
from digest.web.application import web_app
from digest.web.serving import address_of, listen, serve


def serve_web(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one of this machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
) -> None:
    """Serve the pages behind the links in every mail: unsubscribe, preferences, the web version and the archive.

    Ctrl-C or SIGTERM ends it, once what is in hand is answered. Health: /healthz and /readyz.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    app = web_app(settings, database, desk.now)
    listener = _listen(host, port)
    address = address_of(listener)
    desk.say(f"{settings.site.name} is at {address}/ (Ctrl-C ends it)")
    if settings.site.is_local and settings.site.base_url != address:
        desk.tell(f"note: links in mails lead to {settings.site.base_url}, which is not here")
    serve(app, listener)
    database.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInputError(f"port {port} of {host} is taken by another program; --port chooses one") from error
        raise BadInputError(f"--host {host} --port {port} can't be had: {error.strerror or error}") from error
