"""A web server on this machine that answers as a test tells it, octet by octet, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title><item><title>Rain at last</title>'
    b"<link>https://outlet.example/rain</link><pubDate>Sat, 14 Mar 2026 05:00:00 GMT</pubDate></item></channel></rss>"
)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Write an answer; an underscore in a header's name is a hyphen."""
    told = {"Content_Length": str(len(body)), "Connection": "close"} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@dataclass
class OutletServer:
    """The server. `answers` has bytes or a function for each path; `asked` the heads of requests, in order."""

    answers: dict[str, bytes | Answering] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    _open: int = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of *path* here, under the name *host*."""
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(head)
            found = self.answers.get(head.split(" ")[1], answer(status="404 Not Found"))
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # it was hung up on, which is what some tests are about
        finally:
            self._open -= 1
            writer.close()


@asynccontextmanager
async def outlet_server(tls: SSLContext | None = None, **answers: bytes | Answering) -> AsyncIterator[OutletServer]:
    """Serve *answers*, each under its name; with *tls* by https."""
    outlet = OutletServer({f"/{name}": found for name, found in answers.items()})
    server = await asyncio.start_server(outlet.serve, "127.0.0.1", 0, ssl=tls)
    outlet.port = server.sockets[0].getsockname()[1]
    try:
        yield outlet
    finally:
        server.close()
