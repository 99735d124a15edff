"""Serve a web application on the loopback from a thread."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from fastapi import FastAPI

from digest.web.serving import WebServer, address_of, listen

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 3


def bind_loopback(port: int = 0) -> socket.socket:
    """Return a socket that listens on the loopback; port 0 takes a free one.

    It listens at once: addresses that name the port can be written down before anything answers there.

    Raises:
        OSError: the port is taken.
    """
    return listen(LOOPBACK, port)


@contextmanager
def serve_in_thread(app: FastAPI, listener: socket.socket) -> Iterator[str]:
    """Serve *app* on *listener* while the block lasts; give its address, without a slash at its end.

    Closes *listener* at the end.

    Raises:
        ValueError: *listener* is no stream socket.
        OSError: *listener* is closed.
    """
    address = address_of(listener)
    server = WebServer(app, GRACE_SECONDS)
    with listener, ThreadPoolExecutor(1, thread_name_prefix="demo-inbox") as threads:
        running = threads.submit(server.run, [listener])
        running.add_done_callback(lambda _: server.settled.set())
        server.settled.wait()
        try:
            if running.done():
                running.result()
            yield address
        finally:
            server.should_exit = True
            running.result()
