"""One connection of a scripted relay: reads commands and bodies, and answers as the script says."""

import asyncio
import base64
import time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from scripted_relay import ScriptedRelay

# What to do at a stage: a reply to give, raw bytes to send, or one of these.
CLOSE = "close"
ACCEPT_AND_CLOSE = "accept and close"
SILENCE = "silence"
PASS = None
Answer = str | bytes | None

_ROOM = 256 * 1024
_TICK_SECONDS = 0.05
_LINGER_SECONDS = 1.0
_DOT = b"\r\n.\r\n"


class ScriptedConversation(asyncio.BufferedProtocol):
    """The server's side of one connection; all in the thread of the relay's loop."""

    def __init__(self, relay: "ScriptedRelay", number: int) -> None:
        self._relay = relay
        self._number = number
        self._loop = asyncio.get_running_loop()
        self._room = memoryview(bytearray(_ROOM))
        self._arrived = bytearray()
        self._replies: list[bytes] = []
        self._speaking_until = 0.0
        self._messages = 0
        self._is_secure = relay.tls == "implicit"
        self._is_known = relay.login is None
        self._is_deaf = False
        self._agreeing: asyncio.Task[None] | None = None
        self._in_body = False
        self._searched = 0
        self._sender: str | None = None
        self._named = ""
        self._recipient: str | None = None
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self in self._relay.open:  # TLS has just been agreed on
            return
        self._relay.open.add(self)
        self._say(self._relay.greeting)
        self._flush()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._is_deaf = True
        self._relay.open.discard(self)
        self.ended.set()

    def abort(self) -> None:
        """Drop the connection as a dying machine does."""
        self._is_deaf = True
        if self._agreeing:
            self._agreeing.cancel()
        self._transport.abort()

    def get_buffer(self, _sizehint: int) -> memoryview:
        pace = self._relay.body_pace(self._number, self._messages) if self._in_body else None
        return self._room if pace is None else self._room[: max(1, int(pace * _TICK_SECONDS))]

    def buffer_updated(self, nbytes: int) -> None:
        if self._is_deaf:
            return
        self._arrived += self._room[:nbytes]
        if self._in_body and (pace := self._relay.body_pace(self._number, self._messages)):
            self._transport.pause_reading()
            self._loop.call_later(nbytes / pace, self._read_on)
        self._take()
        self._flush()

    def _read_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _take(self) -> None:
        while not (self._is_deaf or self._agreeing):
            if self._in_body:
                if not self._take_body():
                    return
                continue
            end = self._arrived.find(b"\n")
            if end < 0:
                return
            line = self._arrived[:end].rstrip(b"\r").decode("utf-8", "replace")
            del self._arrived[: end + 1]
            self._heed(line)

    def _heed(self, line: str) -> None:
        relay = self._relay
        relay.commands.append((self._number, line))
        if relay.messages_per_connection is not None and self._messages >= relay.messages_per_connection:
            self._say("421 4.7.0 enough for one connection")
            return
        verb = line[:4].upper()
        if verb == "MAIL":
            self._mail(line)
        elif verb == "RCPT":
            self._rcpt(line)
        elif verb == "DATA":
            self._data()
        elif verb in ("EHLO", "HELO"):
            self._hello(is_extended=verb == "EHLO")
        elif verb == "AUTH":
            self._log_in(line)
        elif verb == "STAR":
            self._secure()
        elif verb == "RSET":
            self._sender = self._recipient = None
            self._say("250 2.0.0 forgotten")
        elif verb == "NOOP":
            self._say("250 2.0.0 fine")
        elif verb == "QUIT":
            if self._do(self._relay.at_quit(), "221 2.0.0 bye"):
                self._close()
        else:
            self._say("500 5.5.2 what?")

    def _hello(self, *, is_extended: bool) -> None:
        self._sender = self._recipient = None
        relay = self._relay
        answer = relay.at_ehlo() if is_extended else PASS
        offers = [
            "PIPELINING" if relay.pipelining else "",
            "SMTPUTF8" if relay.smtputf8 else "",
            "STARTTLS" if relay.tls == "starttls" and not self._is_secure else "",
            "AUTH PLAIN" if relay.login else "",
        ]
        lines = ["scripted", *filter(None, offers)] if is_extended else ["scripted"]
        self._do(answer, "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]))

    def _log_in(self, line: str) -> None:
        given = base64.b64decode(line.rpartition(" ")[2]).decode().split("\0")[1:]
        self._is_known = tuple(given) == self._relay.login
        self._say("235 2.7.0 welcome" if self._is_known else "535 5.7.8 who are you?")

    def _secure(self) -> None:
        if self._relay.tls != "starttls" or self._is_secure:
            self._say("502 5.5.1 no STARTTLS here")
            return
        self._say("220 2.0.0 go ahead")
        self._flush()
        self._transport.pause_reading()
        self._arrived.clear()
        self._agreeing = self._loop.create_task(self._agree_on_tls())

    async def _agree_on_tls(self) -> None:
        security = self._relay.security
        assert security is not None, "tls='starttls' wants a certificate"
        try:
            secured = await self._loop.start_tls(self._transport, self, security, server_side=True)
        except (OSError, asyncio.CancelledError):  # the client does not trust us, or has left
            self._transport.abort()
            return
        if secured is None:  # the client has left meanwhile
            return
        self._transport, self._is_secure = secured, True
        self._agreeing = None
        self._take()  # the client may have been quicker than this task
        self._flush()

    def _mail(self, line: str) -> None:
        if self._sender is not None:
            self._say("503 5.5.1 nested MAIL")
        elif not self._is_known or (self._relay.tls and not self._is_secure):
            self._say("530 5.7.0 log in first")
        elif self._do(self._relay.at_mail(), "250 2.1.0 sender ok"):
            self._sender = line.partition("<")[2].partition(">")[0]

    def _rcpt(self, line: str) -> None:
        self._named = line.partition("<")[2].partition(">")[0]
        seen = self._relay.seen
        seen[self._named] = seen.get(self._named, 0) + 1
        if self._sender is None:
            self._say("503 5.5.1 MAIL first")
        elif self._do(self._relay.at_rcpt(self._named, seen[self._named]), "250 2.1.5 recipient ok"):
            self._recipient = self._named

    def _data(self) -> None:
        self._relay.data_at.append((time.monotonic(), self._named))
        if self._recipient is None and not self._relay.takes_data_without_recipient:
            self._say("503 5.5.1 RCPT first")
        elif self._do(self._relay.at_data_command(), "354 go on"):
            self._in_body = True
            self._searched = 0

    def _take_body(self) -> bool:
        """Take the body when it is whole; say whether it was."""
        arrived = self._arrived
        limit = self._relay.at_body(self._named, self._relay.seen.get(self._named, 0))
        if limit is not None and len(arrived) >= limit:
            self._do(self._relay.last_words, "")
            return False
        end = 3 if arrived[:3] == _DOT[2:] else arrived.find(_DOT, self._searched) + len(_DOT)
        if end < len(_DOT) and end != len(_DOT[2:]):
            self._searched = max(0, len(arrived) - len(_DOT) + 1)
            return False
        content = bytes(arrived[:end])
        del arrived[:end]
        self._in_body = False
        self._receive(content)
        return True

    def _receive(self, content: bytes) -> None:
        relay, recipient = self._relay, self._recipient
        self._sender = self._recipient = None
        if recipient is None:
            self._say("554 5.5.1 no valid recipients")
            return
        relay.offered.append(recipient)
        answer = relay.at_data(recipient, relay.seen[recipient])
        # Recorded before it is said: who hears the answer finds the message here.
        if answer is PASS or answer == ACCEPT_AND_CLOSE or (isinstance(answer, str) and answer.startswith("2")):
            self._messages += 1
            relay.accepted.append(recipient)
            if relay.keeps_contents:
                relay.contents.append(content)
        self._do(CLOSE if answer == ACCEPT_AND_CLOSE else answer, "250 2.0.0 fine")

    def _do(self, answer: Answer, otherwise: str) -> bool:
        """Do what the script says, or say *otherwise*; return whether all goes its usual way."""
        if answer is PASS:
            self._say(otherwise)
        elif answer == CLOSE:
            self._close()
        elif answer == SILENCE:
            self._is_deaf = True
        else:
            self._say(answer)
        return answer is PASS

    def _say(self, answer: str | bytes) -> None:
        raw = answer if isinstance(answer, bytes) else answer.encode() + b"\r\n"
        self._replies.append(raw)
        if raw.startswith(b"421") or b"\n421" in raw:
            self._hang_up()

    def _flush(self) -> None:
        """Write all replies at once, or octet by octet at the pace of the script."""
        if not self._replies or self._transport.is_closing():
            return
        raw, self._replies = b"".join(self._replies), []
        pace = self._relay.reply_pace(self._number, self._messages)
        now = self._loop.time()
        if pace is None and self._speaking_until <= now:
            self._transport.write(raw)
            return
        for octet in raw:
            self._speaking_until = max(self._speaking_until, now) + 1 / (pace or 1000)
            self._loop.call_at(self._speaking_until, self._transport.write, bytes([octet]))

    def _close(self) -> None:
        self._is_deaf = True
        self._flush()
        self._loop.call_at(self._speaking_until, self._transport.close)

    def _hang_up(self) -> None:
        """Say no more but hear the client out for a moment, or the reset of the connection could eat the 421."""
        self._is_deaf = True
        self._flush()
        if self._transport.can_write_eof():
            self._loop.call_at(self._speaking_until, self._transport.write_eof)
        self._loop.call_at(max(self._speaking_until, self._loop.time() + _LINGER_SECONDS), self._transport.close)
