"""The web server: on a socket of its own, until it is told to end."""

import signal
import socket
import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI

BACKLOG = 512
GRACE_SECONDS = 20
ENDINGS = (signal.SIGTERM, signal.SIGINT)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host* (a name, an IPv4 or an IPv6 address); port 0 takes a free one.

    Raises:
        OSError: the host is not this machine's, or the port is taken or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def address_of(listener: socket.socket) -> str:
    """Return the http address of *listener*, without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class WebServer(uvicorn.Server):
    """The server of *app*, silent about what it answers: addresses hold tokens (S10).

    `settled` is set once it answers. Told to end, it gives what is in hand *grace_seconds* to finish.
    """

    def __init__(self, app: FastAPI, grace_seconds: int) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=grace_seconds,
        )
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets=sockets)
        self.settled.set()


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve *app* on *listener* until SIGTERM or SIGINT; then take no more, and finish what is in hand.

    What takes longer than 20 seconds to finish is cut off. Runs in the main thread; closes *listener*. Nothing is
    logged of an answered request: addresses hold tokens (S10).
    """
    server = WebServer(app, GRACE_SECONDS)

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # The server hears the signals itself while it runs, and raises them again when it is done: heard here, that
    # ends nothing a second time, and a service that was told to stop has not failed.
    before = {number: signal.signal(number, end) for number in ENDINGS}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        listener.close()
