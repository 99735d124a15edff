"""Where the mail goes: Postfix's smtp-sink, which takes everything and keeps nothing, and the two in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

SMTP_SINK = shutil.which("smtp-sink")
SMTP_SOURCE = shutil.which("smtp-source")


def missing() -> str | None:
    """Say what is missing for sending, or None when nothing is."""
    if SMTP_SINK and SMTP_SOURCE:
        return None
    return "no smtp-sink and smtp-source here: install Debian's package postfix"


@contextmanager
def running_sink() -> Iterator[int]:
    """Run smtp-sink on loopback; give its port."""
    port = _free_port()
    # It refuses to run as root without somebody else to be.
    somebody = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _until_done([SMTP_SINK or "smtp-sink", *somebody, f"127.0.0.1:{port}", "256"]):
        _wait_for(port)
        yield port


@contextmanager
def running_proxy(port: int, delay: float) -> Iterator[int]:
    """Run a proxy to *port* that holds every byte for *delay* seconds, both ways; give its own port."""
    own = _free_port()
    with _until_done([sys.executable, "-m", "benchmarks.delaying_proxy", str(own), str(port), str(delay)]):
        _wait_for(own)
        yield own


def source_rate(port: int, messages: int, size: int, connections: int) -> float:
    """Return how many messages a second smtp-source sends; it keeps its connections, which is its best."""
    command = [SMTP_SOURCE or "smtp-source", "-d", "-s", str(connections), "-m", str(messages), "-l", str(size)]
    began = time.perf_counter()
    subprocess.run(
        [*command, "-f", "headlines@quay.example", "-t", "reader@example.org", f"127.0.0.1:{port}"], check=True
    )
    return messages / (time.perf_counter() - began)


def round_trip(port: int) -> float:
    """Return the seconds that an SMTP command and its reply take on an idle connection: the median of 21."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as replies:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies.readline()
        return median(_ask(connection, replies) for _ in range(21))


def _ask(connection: socket.socket, replies: Iterator[bytes]) -> float:
    began = time.perf_counter()
    connection.sendall(b"NOOP\r\n")
    next(replies)
    return time.perf_counter() - began


@contextmanager
def _until_done(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    """Wait until something listens at *port*, ten seconds at most."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"nothing listens at 127.0.0.1:{port}")
