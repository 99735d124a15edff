"""A conversation with a relay: one connection that carries one message after another, pipelined where it may be.

aiosmtplib has connected, greeted, secured and logged in; from then on this protocol has the transport. A message costs
one write: its body and final dot, and the next one's MAIL, RCPT and DATA. After a body that had to wait in our own
memory, the next one's dot is written apart, when its body has left: so that it is known to be out, or not.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from digest.delivery.dialogue import Dialogue, EndedError
from digest.delivery.dot_stuffing import stuffed
from digest.delivery.ending import Ending, EndingKind, without_addresses
from digest.delivery.manners import Manners
from digest.delivery.outflow import Outflow
from digest.delivery.parcel import Parcel, Supplier
from digest.delivery.replies import GarbageError, ReplyReader
from digest.delivery.stage import Stage
from digest.delivery.unmakeable import outcome_of_unmakeable

__all__ = ["Conversation", "Ending", "EndingKind"]

LONGEST_GOODBYE = 5.0
_CHECKS_PER_TIMEOUT = 8


class Conversation(asyncio.Protocol):
    """Carries what *supplier* hands out until it is asked to finish, or the relay or the limit ends it.

    `ended` gives the `Ending` once the connection is closed and every parcel accounted for; it raises what the
    supplier raised.
    """

    def __init__(self, supplier: Supplier[Any], manners: Manners) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ending] = self._loop.create_future()
        self._supplier = supplier
        self._manners = manners
        self._dialogue = Dialogue(supplier, pipelining=manners.pipelining)
        self._replies = ReplyReader()
        self._messages_left = manners.messages
        self._ending: Ending | None = None
        self._error: Exception | None = None
        self._is_acting = False
        self._takes_at_once = False
        self._is_finishing = False
        self._heard_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def sent(self) -> int:
        """Return how many messages the relay took on this connection."""
        return self._dialogue.sent

    def take_over(self, transport: asyncio.Transport) -> None:
        """Begin: from now on what arrives on *transport* is for us."""
        self._transport = transport
        self._outflow = Outflow(transport)
        transport.set_protocol(self)
        self._set_timer(self._manners.timeout_seconds / _CHECKS_PER_TIMEOUT, self._check)
        self._act(self._go_on)

    def wake(self) -> None:
        """Ask the supplier again, if another parcel may be announced now."""
        if self._is_acting:  # what is being done ends with asking
            return
        if not (self._dialogue.awaits_reply or self._dialogue.is_busy):
            self._heard_at = self._loop.time()  # the relay has not kept us waiting; we were idle
        self._act(self._go_on)

    def finish(self) -> None:
        """Take no more parcels; complete what is announced or under way, then leave."""
        self._is_finishing = True
        self.wake()

    def abort(self) -> None:
        """Drop the connection; what has its final dot out is unknown, all else returned."""
        self._drop(EndingKind.ABORTED, "we dropped it", by_relay=False)
        self._transport.abort()

    # --- called by the transport

    def data_received(self, data: bytes) -> None:
        """Take replies to what was said; then say what comes next."""
        if self._ending is None:
            self._act(self._hear, data)
        else:  # the answer to QUIT, or words that nobody waits for any more
            self._transport.close()

    def eof_received(self) -> None:
        """Account for what is in process: the relay has said all that it will."""
        self._drop(EndingKind.LOST, "it closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """Account for what is in process, and say that it is over."""
        self._drop(EndingKind.LOST, f"the connection broke: {exc}" if exc else "the connection was closed")
        if self._timer:
            self._timer.cancel()
        if self.ended.done():  # whoever waited was cancelled
            return
        if self._error:
            self.ended.set_exception(self._error)
        elif self._ending:
            self.ended.set_result(self._ending)

    def pause_writing(self) -> None:
        """Hear that what was written does not all leave at once."""
        self._outflow.held()

    def resume_writing(self) -> None:
        """Go on with the dot, now that the body has left."""
        self._outflow.released()
        self._heard_at = self._loop.time()
        if self._dialogue.stage is Stage.BODY:
            self._act(self._end_body)

    # --- inside

    def _act(self, act: Callable[..., None], *arguments: object) -> None:
        """Do a step; whatever is wrong with it ends the conversation and nothing else."""
        if self._ending:
            return
        self._is_acting = True
        try:
            act(*arguments)
        except EndedError as error:
            self._close(error.ending)
        except GarbageError as error:
            self._drop(EndingKind.LOST, without_addresses(str(error)))
        except Exception as error:  # noqa: BLE001 - raised to whoever awaits `ended`
            self._error = error
            self._drop(EndingKind.ABORTED, f"we failed: {error}", by_relay=False)
        finally:
            self._is_acting = False

    def _hear(self, data: bytes) -> None:
        self._take_back_dot()  # what comes before it has left is no answer to it
        has_heard = False
        for reply in self._replies.feed(data):
            self._dialogue.heed(reply)
            if self._ending:  # the supplier dropped us
                return
            has_heard = True
        if has_heard:
            self._heard_at = self._loop.time()
            self._go_on()

    def _go_on(self) -> None:
        """Say what there is to be said now."""
        dialogue = self._dialogue
        if dialogue.stage is Stage.GRANTED:
            self._write_body()
            return
        words = dialogue.lone_dot() if dialogue.owes_lone_dot else dialogue.next_word()
        words += self._announcement()
        if words:
            self._outflow.write(words)
        elif dialogue.is_quiet and not self._ending:
            self._leave_if_done()

    def _write_body(self) -> None:
        # What comes before its final dot can't be an answer to it, so this waits until all that has arrived is heard.
        if self._outflow.has_waited and not self._dialogue.under_way.is_fresh:
            self._drop(EndingKind.ABORTED, "it took so long to hear of a reader that we ask anew", by_relay=False)
            return
        try:
            body = stuffed(self._dialogue.under_way.content())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one message must not end the others (law 10)
            self._dialogue.fail(outcome_of_unmakeable(error))
            self._drop(EndingKind.ABORTED, "we could not make a message", by_relay=False)
            return
        self._dialogue.stage = Stage.BODY
        if self._takes_at_once:
            self._end_body(body)
            return
        self._outflow.write(body)
        if not self._outflow.is_held and self._dialogue.stage is Stage.BODY:
            self._end_body()

    def _end_body(self, body: bytes = b"") -> None:
        """Write the final dot, with what is not written of the *body* before it and the next envelope behind it."""
        if self._transport.is_closing():  # the body broke the connection; `connection_lost` is on its way
            return
        self._takes_at_once = not self._outflow.has_waited
        try:
            self._supplier.begins(self._dialogue.under_way)
        except OSError as error:
            self._drop(EndingKind.UNWRITTEN, f"we can't write down what we send: {error}", by_relay=False)
        if self._ending is None:
            dot, announcement = self._dialogue.final_dot(), self._announcement()
            self._outflow.write(body, dot, announcement, behind=len(announcement))
            self._takes_at_once &= not self._outflow.has_waited

    def _take_back_dot(self) -> None:
        """Know of a message whose final dot waits in our own memory that it has not begun."""
        if self._dialogue.stage is Stage.DOT and self._outflow.holds_dot:
            self._dialogue.unsay_dot()

    def _announcement(self) -> bytes:
        """Return what announces the next parcel, where one may be announced and there is one."""
        words = b""
        while not words and self._dialogue.may_announce and self._may_take():
            if (parcel := self._supplier.next_parcel(self)) is None:
                break
            words = self._announce(parcel)
        return words

    def _announce(self, parcel: Parcel) -> bytes:
        """Return what announces *parcel*; nothing where nothing may or can be said of it, which is its outcome."""
        words = b""
        try:
            outcome = self._manners.objection(parcel.envelope)
            if outcome is None:
                words = self._dialogue.announce(parcel)
        except Exception as error:  # noqa: BLE001 - as in `_write_body`
            outcome = outcome_of_unmakeable(error)
        if outcome:
            self._supplier.answered(parcel, outcome)
        self._messages_left -= not outcome
        return words

    def _may_take(self) -> bool:
        return bool(self._messages_left) and not (self._is_finishing or self._ending or self._transport.is_closing())

    def _leave_if_done(self) -> None:
        if self._dialogue.farewell:
            self._leave(self._dialogue.farewell)
        elif self._is_finishing:
            self._leave(Ending(EndingKind.FINISHED, "we were asked to finish"))
        elif not self._messages_left:
            self._leave(Ending(EndingKind.LIMIT, f"it has carried {self._manners.messages} messages"))

    def _leave(self, ending: Ending) -> None:
        """Say QUIT, and wait a little for the answer."""
        self._ending = ending
        self._outflow.write(b"QUIT\r\n")
        self._set_timer(min(self._manners.timeout_seconds, LONGEST_GOODBYE), self._transport.abort)

    def _close(self, ending: Ending) -> None:
        self._ending = ending
        self._transport.abort()

    def _drop(self, kind: EndingKind, words: str, *, by_relay: bool = True) -> None:
        """Give the connection up, unless it is over, and account for what is in process."""
        if self._ending:
            return
        self._take_back_dot()
        self._close(self._dialogue.farewell or Ending(kind, words, was_busy=self._dialogue.is_busy))
        try:
            self._dialogue.break_off(words, by_relay=by_relay)
        except Exception as error:  # noqa: BLE001 - raised to whoever awaits `ended`
            self._error = self._error or error

    # --- time

    def _set_timer(self, seconds: float, act: Callable[[], None]) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, act)

    def _check(self) -> None:
        """Give up a relay that has answered nothing, or taken nothing of a body, for too long."""
        if self._ending:
            return
        timeout, now = self._manners.timeout_seconds, self._loop.time()
        if self._outflow.is_held and self._outflow.has_moved:
            self._heard_at = now
        if (self._outflow.is_held or self._dialogue.awaits_reply) and now - self._heard_at > timeout:
            self._drop(EndingKind.LOST, f"it did nothing for {timeout:g} s")
            return
        self._set_timer(timeout / _CHECKS_PER_TIMEOUT, self._check)
