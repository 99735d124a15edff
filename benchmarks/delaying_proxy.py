"""A proxy that holds every byte for a while: python -m benchmarks.delaying_proxy PORT TARGET SECONDS.

It reads at once and passes on later, so that it adds time and takes no bandwidth away.
"""

import asyncio
import selectors
import sys
from collections import deque


class Delay:
    """The bytes on their way, in both directions of every connection: first in, first out, for all wait as long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._held: deque[tuple[float, asyncio.Transport, bytes]] = deque()

    def hold(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write *data* to *transport* when its time has come; no bytes close it."""
        due = self._loop.time() + self._seconds
        if not self._held:
            self._loop.call_at(due, self._let_go)
        self._held.append((due, transport, data))

    def _let_go(self) -> None:
        now = self._loop.time()
        while self._held and self._held[0][0] <= now:
            _, transport, data = self._held.popleft()
            if data:
                transport.write(data)
            else:
                transport.close()
        if self._held:
            self._loop.call_at(self._held[0][0], self._let_go)


class End(asyncio.Protocol):
    """One end of a connection; what arrives goes, delayed, to the other end."""

    def __init__(self, delay: Delay, target: int) -> None:
        self._delay = delay
        self._target = target
        self._other: asyncio.Transport | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._target:
            self._connecting = asyncio.create_task(self._connect(transport))

    def data_received(self, data: bytes) -> None:
        if self._other is None:
            self._early.append(data)
        else:
            self._delay.hold(self._other, data)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._other is not None:
            self._delay.hold(self._other, b"")

    def join(self, other: asyncio.BaseTransport) -> None:
        """Send what arrives here to *other* from now on."""
        assert isinstance(other, asyncio.Transport)
        self._other = other
        for data in self._early:
            self._delay.hold(other, data)

    async def _connect(self, transport: asyncio.BaseTransport) -> None:
        far = End(self._delay, target=0)
        far.join(transport)
        onward, _ = await asyncio.get_running_loop().create_connection(lambda: far, "127.0.0.1", self._target)
        self.join(onward)


async def serve(port: int, target: int, seconds: float) -> None:
    """Serve until the process is ended."""
    delay = Delay(seconds)
    server = await asyncio.get_running_loop().create_server(lambda: End(delay, target), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


def main() -> None:
    """Read the arguments and serve."""
    port, target, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    # select(2) waits to the microsecond; epoll(7), uvloop's timers too, to the millisecond, a tenth of the delay.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    loop.run_until_complete(serve(port, target, seconds))


if __name__ == "__main__":
    main()
