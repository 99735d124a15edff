"""A real SMTP server that does what a script says and records every message it accepted."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

# What to do at a stage: a reply to give, or one of these.
CLOSE = "close"
PASS = None
Rule = Callable[[str, int], str | None]


def no_rule() -> str | None:
    """Do what a server does."""
    return PASS


def always_pass(_recipient: str, _times: int) -> str | None:
    """Accept everything."""
    return PASS


@dataclass
class ScriptedRelay:
    """Ask *at_rcpt* before RCPT and *at_data* after the final dot: (recipient, how often seen) -> reply or CLOSE.

    *at_ehlo*, *at_mail* and *at_data_command* answer those commands. MAIL within a transaction gets 503, as RFC 5321
    has it.

    `accepted` are the recipients whose message got 250, `offered` those whose final dot arrived.
    """

    at_rcpt: Rule = always_pass
    at_data: Rule = always_pass
    at_ehlo: Callable[[], str | None] = no_rule
    at_mail: Callable[[], str | None] = no_rule
    at_data_command: Callable[[], str | None] = no_rule
    greeting: str = "220 scripted ESMTP"
    accepted: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._converse, sock=self._listener, limit=1_000_000)

    async def _end(self) -> None:
        self._server.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._reply(writer, self.greeting)
            recipient, is_open = "", False
            while line := await reader.readline():
                verb = line.split()[0].upper() if line.split() else b""
                if verb == b"MAIL":
                    answer = "503 5.5.1 nested MAIL" if is_open else self.at_mail()
                    is_open = is_open or answer is PASS
                elif verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self.seen[recipient] = self.seen.get(recipient, 0) + 1
                    answer = self.at_rcpt(recipient, self.seen[recipient])
                elif verb == b"DATA":
                    answer = self.at_data_command()
                    if answer is PASS:
                        await self._reply(writer, "354 go on")
                        answer = self._taken(recipient, await reader.readuntil(b"\r\n.\r\n"))
                        is_open = False
                elif verb in (b"EHLO", b"HELO"):
                    answer = self.at_ehlo()
                else:
                    is_open = is_open and verb != b"RSET"
                    answer = {b"QUIT": "221 bye"}.get(verb)
                if answer == CLOSE:
                    return
                await self._reply(writer, answer or "250 2.0.0 fine")
                if verb == b"QUIT":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _taken(self, recipient: str, content: bytes) -> str | None:
        self.offered.append(recipient)
        answer = self.at_data(recipient, self.seen[recipient])
        if answer is PASS or answer.startswith("2"):
            self.accepted.append(recipient)
            self.contents.append(content)
        return answer

    async def _reply(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(text.encode() + b"\r\n")
        await writer.drain()
