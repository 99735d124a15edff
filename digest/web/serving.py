"""The web server: on a socket of its own, until it is told to end."""

import signal
import socket
import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BACKLOG = 512
GRACE_SECONDS = 20
ENDINGS = (signal.SIGTERM, signal.SIGINT)
LARGEST_HEAD = 65_536  # bytes; as much as h11 takes


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


class BoundedHead(HttpToolsProtocol):
    """The protocol of one connection; it ends when a head, or the trailers of a body, seem to have no end.

    httptools keeps a head until it is whole, however long that takes: one connection could fill the memory.
    """

    _undigested = 0

    def data_received(self, data: bytes) -> None:
        """Take what came; what led to no request and no body yet is counted."""
        self._undigested += len(data)
        super().data_received(data)
        if self._undigested > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Begin with a request whose head is whole."""
        self._undigested = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of a body."""
        self._undigested = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._undigested = 0
        super().on_message_complete()


class WebServer(uvicorn.Server):
    """The server of *app*, silent about what it answers: addresses hold tokens (S10).

    `settled` is set once it answers. Told to end, it gives what is in hand *grace_seconds* to finish.
    """

    def __init__(self, app: FastAPI, grace_seconds: int) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            http=BoundedHead,
            ws="none",
            log_config=None,  # what it has to say goes the way of all lines
            log_level="warning",
            access_log=False,
            server_header=False,
            # Left to itself it believes what any process on this machine says of itself, or whom the environment
            # names; who is believed is `[web] trusted_proxies`, and where it is read is `subscribers.client_address`.
            proxy_headers=False,
            forwarded_allow_ips=[],
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
