"""Visitors of a web server: many requests over a few connections, each of them asking as soon as it is answered."""

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import uvloop

LONGEST_SECONDS = 120
_HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) .*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n", re.DOTALL | re.IGNORECASE)


@dataclass(slots=True)
class Given:
    """What the server gave: how often each answer (status and SHA-256 of its body), and how long each took."""

    answers: Counter[tuple[int, str]] = field(default_factory=Counter)
    seconds_each: list[float] = field(default_factory=list)
    seconds: float = 0.0


def send_all(address: str, requests: Iterable[bytes], at_once: int) -> Given:
    """Send all *requests* to the server at *address* over *at_once* connections that are kept; return the answers.

    Raises:
        ConnectionError: the server closed a connection.
        TimeoutError: it took more than two minutes.
    """
    given = Given()
    began = time.perf_counter()
    uvloop.run(_send(address, iter(requests), at_once, given))
    given.seconds = time.perf_counter() - began
    return given


async def _send(address: str, requests: Iterator[bytes], at_once: int, given: Given) -> None:
    place, loop = urlsplit(address), asyncio.get_running_loop()
    visitors = []
    for _ in range(at_once):
        _, visitor = await loop.create_connection(
            lambda: _Visitor(requests, given), place.hostname or "", place.port or 80
        )
        visitors.append(visitor.done)
    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*visitors)


class _Visitor(asyncio.Protocol):
    """One connection, until there is nothing more to ask."""

    def __init__(self, requests: Iterator[bytes], given: Given) -> None:
        self._requests = requests
        self._given = given
        self._answer = b""
        self._asked_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head = _HEAD.match(self._answer)
        if not head or len(self._answer) < head.end() + int(head[2]):
            return
        self._given.seconds_each.append(time.perf_counter() - self._asked_at)
        self._given.answers[int(head[1]), hashlib.sha256(self._answer[head.end() :]).hexdigest()] += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def _ask(self) -> None:
        self._answer = b""
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(request)
