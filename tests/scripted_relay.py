"""A real SMTP server that does what a script says and records every message it accepted.

It keeps to the RFCs where its script says nothing: PIPELINING, one transaction at a time, no DATA without a recipient.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from relay_certificate import RelayCertificate
from scripted_conversation import (
    ACCEPT_AND_CLOSE,
    CLOSE,
    PASS,
    SILENCE,
    Answer,
    ScriptedConversation,
)

__all__ = ["ACCEPT_AND_CLOSE", "CLOSE", "PASS", "SILENCE", "Answer", "ScriptedRelay"]

Rule = Callable[[str, int], Answer]


def no_rule() -> Answer:
    """Do what a server does."""
    return PASS


def always_pass(_recipient: str, _times: int) -> Answer:
    """Accept everything."""
    return PASS


def whole(_recipient: str, _times: int) -> int | None:
    """Read every body to its end."""
    return None


def at_once(_connection: int, _messages: int) -> float | None:
    """Lose no time."""
    return None


@dataclass
class ScriptedRelay:
    r"""Ask *at_rcpt* before RCPT and *at_data* after the final dot: (recipient, how often seen) -> answer.

    An answer is PASS (do what a server does), a reply (several lines with "\r\n" between; one that begins with 421
    also ends the connection), raw bytes (sent as they are), CLOSE, SILENCE (never another word, the connection stays
    open), or, in *at_data*, ACCEPT_AND_CLOSE (the message counts as accepted, but nobody is told).

    *at_ehlo*, *at_mail*, *at_data_command* and *at_quit* answer those commands. *at_body* says after how many octets
    of a body to answer with *last_words*, by default CLOSE; None for never. *body_pace* and *reply_pace*, (number of
    the connection from 0, messages accepted on it) -> octets a second or None, slow down how bodies are read and
    replies are written.
    *messages_per_connection*: after that many accepted messages the next command is answered with 421.

    *pipelining* and *smtputf8* say what EHLO offers; with *login* (user, password) MAIL wants AUTH PLAIN before.
    *tls* with a *certificate* speaks TLS at once ("implicit") or after STARTTLS ("starttls", without which MAIL gets
    530). *takes_data_without_recipient* answers DATA with 354 although no recipient was taken (RFC 2920 §3.1 allows
    it), and the dot with 554.

    `accepted` are the recipients whose message got 250, `offered` those whose final dot arrived, `data_at` the
    moment (time.monotonic) and the last-named recipient of every DATA command, whatever it was answered; `commands`
    every command line with the number of its connection; `contents` the bodies as they came, dots stuffed, final dot
    included (none with keeps_contents=False). All are only ever appended to: other threads may read them at any time.

    `die` drops every connection and refuses new ones, `revive` listens again on the same port; with
    *is_up*=False it begins dead.
    """

    at_rcpt: Rule = always_pass
    at_data: Rule = always_pass
    at_ehlo: Callable[[], Answer] = no_rule
    at_mail: Callable[[], Answer] = no_rule
    at_data_command: Callable[[], Answer] = no_rule
    at_quit: Callable[[], Answer] = no_rule
    at_body: Callable[[str, int], int | None] = whole
    last_words: Answer = CLOSE
    body_pace: Callable[[int, int], float | None] = at_once
    reply_pace: Callable[[int, int], float | None] = at_once
    greeting: str = "220 scripted ESMTP"
    pipelining: bool = True
    smtputf8: bool = False
    login: tuple[str, str] | None = None
    tls: Literal["implicit", "starttls"] | None = None
    certificate: RelayCertificate | None = None
    messages_per_connection: int | None = None
    takes_data_without_recipient: bool = False
    keeps_contents: bool = True
    is_up: bool = True
    accepted: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    data_at: list[tuple[float, str]] = field(default_factory=list)
    commands: list[tuple[int, str]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    connections: int = 0

    def __post_init__(self) -> None:
        self._socket = _reserve(0)
        self._port = self._socket.getsockname()[1]
        scheme = {None: "smtp", "implicit": "smtps", "starttls": "smtp+starttls"}[self.tls]
        self.url = f"{scheme}://127.0.0.1:{self._port}"
        self.security = self._security()
        self.open: set[ScriptedConversation] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if self.is_up:
            self.revive()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()
        self._socket.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def die(self) -> None:
        """Drop every connection and refuse new ones; from any thread but the relay's own (not from a rule)."""
        asyncio.run_coroutine_threadsafe(self._die(), self._loop).result()

    def revive(self) -> None:
        """Listen (again) on the same port; from any thread but the relay's own."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> None:
        if self._server is not None:
            return
        at_once_secure = self.security if self.tls == "implicit" else None
        self._server = await self._loop.create_server(
            self._next_conversation, sock=self._socket, backlog=200, ssl=at_once_secure
        )

    async def _die(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            self._socket = _reserve(self._port)  # so that nobody else takes the port meanwhile
        for conversation in tuple(self.open):
            conversation.abort()
        if farewells := [conversation.ended.wait() for conversation in self.open]:  # so that none is left unclosed
            await asyncio.gather(*farewells)

    def _next_conversation(self) -> ScriptedConversation:
        self.connections += 1
        return ScriptedConversation(self, self.connections - 1)

    def _security(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate.certificate, self.certificate.key)
        return context


def _reserve(port: int) -> socket.socket:
    """Return a socket bound to *port* (0: any free one) that does not listen, so that connecting is refused."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", port))
    return reserved
