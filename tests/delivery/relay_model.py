"""A relay without a network: a transport that answers what is written to it, in whatever pieces a test likes."""

import asyncio
from collections.abc import Callable
from typing import Any

from digest.delivery.conversation import Conversation

REFUSED_DATA = "503 5.5.1 no valid recipients"


class RelayModel(asyncio.Transport):
    """Answers RCPT and the final dot as *at_rcpt* and *at_dot* say; what it is written lands in `writes`.

    Its answers are heard when `speak` is called. While `is_full`, what is written waits, as in a slow network; it knows
    what was written all the same, so that it may answer too early.
    """

    def __init__(self, at_rcpt: Callable[[str], str], at_dot: Callable[[str], str]) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.bodies: dict[str, bytes] = {}
        self.is_full = False
        self._waiting = 0
        self._at_rcpt = at_rcpt
        self._at_dot = at_dot
        self._heard = b""
        self._answers = b""
        self._recipient = ""
        self._is_named = False
        self._in_body = False
        self._is_closing = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, Conversation)
        self._conversation = protocol

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert (high, low) == (1, 0)

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))
        self._heard += data
        if self.is_full:
            self._waiting += len(data)
            self._conversation.pause_writing()
        while self._take_one():
            pass

    def get_write_buffer_size(self) -> int:
        return self._waiting

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._conversation.connection_lost, None)

    def speak(self, most: int = 1_000_000) -> bool:
        """Let *most* octets of the answers arrive in one piece; say whether there were any."""
        piece, self._answers = self._answers[:most], self._answers[most:]
        if piece and not self._is_closing:
            self._conversation.data_received(piece)
        return bool(piece) and not self._is_closing

    def drain(self) -> None:
        """Let go what was written while it was full."""
        self.is_full, self._waiting = False, 0
        self._conversation.resume_writing()

    def _take_one(self) -> bool:
        if self._in_body:
            return self._take_body()
        line, end, rest = self._heard.partition(b"\r\n")
        if end:
            self._heard = rest
            self._answers += self._answer(line.decode()).encode() + b"\r\n"
        return bool(end)

    def _take_body(self) -> bool:
        whole, dot, rest = (b"\r\n" + self._heard).partition(b"\r\n.\r\n")
        if not dot:
            return False
        self._in_body, self._heard = False, rest
        self.bodies[self._recipient] = whole[2:] + b"\r\n"
        self._answers += self._at_dot(self._recipient).encode() + b"\r\n"
        return True

    def _answer(self, line: str) -> str:
        verb = line[:4]
        if verb in ("MAIL", "RSET"):
            self._is_named = False
            return "250 2.0.0 fine"
        if verb == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
            answer = self._at_rcpt(self._recipient)
            self._is_named = answer.startswith("25")
            return answer
        if verb == "DATA":
            self._in_body = self._is_named
            return "354 go on" if self._is_named else REFUSED_DATA
        assert verb == "QUIT", line
        return "221 2.0.0 bye"
