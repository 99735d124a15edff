"""An SMTP server of our own that keeps what it accepts and passes nothing on."""

import asyncio
import socket
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.demo.serving import LOOPBACK, bind_loopback


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail for one recipient; `sender` is MAIL FROM, `content` the wire bytes with their dots unstuffed."""

    recipient: str
    sender: str
    content: bytes


class Catcher:
    """Catch mail on a free loopback port for as long as the block lasts.

    `port` and `url` are known from the start, so that settings can be written before anything is sent.
    The server runs in a thread of its own; `caught` may be read from any thread, also after the block.
    A catcher serves one block and no second.
    """

    def __init__(self) -> None:
        self._listener = bind_loopback()
        self.port: int = self._listener.getsockname()[1]
        self._kept = _Kept()
        self._controller = _SocketController(self._kept, self._listener)

    @property
    def url(self) -> str:
        """The address for `[smtp] url`."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def caught(self) -> list[CaughtMail]:
        """What was accepted until now, in order of arrival; a copy, which later mail leaves alone."""
        return self._kept.so_far()

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
        self._listener.close()


class _Kept:
    """The server's handler: keeps a mail once for each recipient that RCPT named."""

    def __init__(self) -> None:
        self._mails: list[CaughtMail] = []
        self._lock = threading.Lock()

    def so_far(self) -> list[CaughtMail]:
        with self._lock:
            return list(self._mails)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.original_content or b""
        with self._lock:
            self._mails += [CaughtMail(to, envelope.mail_from or "", content) for to in envelope.rcpt_tos]
        return "250 2.0.0 Caught"


class _SocketController(Controller):
    """A controller on a socket that is bound already: aiosmtpd's own can't tell which free port it got."""

    def __init__(self, handler: _Kept, listener: socket.socket) -> None:
        super().__init__(handler, hostname=LOOPBACK, port=listener.getsockname()[1], ident="headline-digest demo")
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)
