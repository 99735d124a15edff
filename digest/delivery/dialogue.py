"""The dialogue with a relay: what we have said, which replies are due, and what each says of which parcel.

It knows no transport and no clock. At most two parcels are in process: one whose body is on its way or whose final
dot is out, and behind it one that is announced: its MAIL, RCPT and DATA are said, or about to be.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn

from digest.delivery.ending import Ending, EndingKind, without_addresses
from digest.delivery.outcome import (
    Outcome,
    OutcomeKind,
    not_begun,
    outcome_of_final_reply,
    outcome_of_refusal,
    unanswered,
)
from digest.delivery.parcel import Parcel, Supplier
from digest.delivery.replies import GarbageError, Reply
from digest.delivery.stage import Stage

_COMPLETED = 250
_WILL_FORWARD = 251
_GO_AHEAD = 354
_CLOSING = 421
_SUCCESS, _LATER, _NEVER = 2, 4, 5  # classes of codes, RFC 5321 §4.2.1


class EndedError(Exception):
    """The relay has ended the conversation, and all is accounted for; `ending` says how."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.words)
        self.ending = ending


class Dialogue:
    """Keeps account of one connection, for *supplier*. With *pipelining* commands go out in groups (RFC 2920)."""

    def __init__(self, supplier: Supplier[Any], *, pipelining: bool) -> None:
        self.sent = 0
        self.stage = Stage.NONE
        self.farewell: Ending | None = None
        self.owes_lone_dot = False
        self._supplier = supplier
        self._pipelining = pipelining
        self._current: Parcel | None = None
        self._announced: Parcel | None = None
        self._due: deque[Callable[[Reply], None]] = deque()
        self._unsaid: deque[tuple[bytes, Callable[[Reply], None]]] = deque()
        self._must_reset = False
        self._is_odd = False
        # What is announced is answered by these, in order.
        self._group = (self._on_mail, self._on_rcpt, self._on_data)

    # --- what is to be said

    @property
    def awaits_reply(self) -> bool:
        """Say whether it is the relay's turn."""
        return bool(self._due)

    @property
    def is_busy(self) -> bool:
        """Say whether a parcel is in process."""
        return self._current is not None or self._announced is not None

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing is in process, due or unsaid, so that QUIT may be said."""
        return not (self.is_busy or self._due or self._unsaid or self.owes_lone_dot)

    @property
    def may_announce(self) -> bool:
        """Say whether another parcel may be announced now."""
        if self._announced or self.farewell or self.stage in (Stage.GRANTED, Stage.BODY) or self._unsaid:
            return False
        if self._pipelining:  # nothing may be said behind DATA before it is answered (RFC 2920 §3.1)
            return not self._due or self._due[-1] != self._on_data
        return not self._due

    @property
    def under_way(self) -> Parcel:
        """Return the parcel whose body is to be written, or is on its way."""
        if self._current is None:
            raise RuntimeError("no body is on its way")
        return self._current

    def announce(self, parcel: Parcel) -> bytes:
        """Return what is to be said at once to announce *parcel*; `next_word` gives the rest."""
        words = (*parcel.envelope.commands, b"DATA\r\n")  # first: where they can't be made, nothing is announced
        self._announced = parcel
        reset, self._must_reset, self._is_odd = self._must_reset, False, False
        if self._pipelining:
            if reset:
                self._due.append(self._on_reset)
            self._due.extend(self._group)
            return b"".join((b"RSET\r\n", *words) if reset else words)
        self._unsaid.extend([(b"RSET\r\n", self._on_reset)] if reset else [])
        self._unsaid.extend(zip(words, self._group, strict=True))
        return self.next_word()

    def next_word(self) -> bytes:
        """Return the next command of a parcel that is announced one command at a time; nothing if it has to wait.

        DATA is not said of a parcel that is not fresh any more: it is returned (law 5).
        """
        if self._due or not self._unsaid:
            return b""
        if self._announced and self._unsaid[0][1] == self._on_data and not self._announced.is_fresh:
            self._retract()
            return b""
        word, step = self._unsaid.popleft()
        self._due.append(step)
        return word

    def fail(self, outcome: Outcome) -> None:
        """Tell *outcome* of the parcel under way, whose body can't be written; the relay may hear nothing more."""
        parcel, self._current, self.stage = self._current, None, Stage.NONE
        self._supplier.answered(parcel, outcome)

    def final_dot(self) -> bytes:
        """Return the final dot of the message under way, which from now on may be delivered."""
        self.stage = Stage.DOT
        self._due.append(self._on_final)
        return b".\r\n"

    def unsay_dot(self) -> None:
        """Know that the final dot, and what was said behind it, never left us; the relay is due to say nothing."""
        self.stage = Stage.BODY
        self._due.clear()

    def lone_dot(self) -> bytes:
        """Return the dot that ends a message without recipients, for a relay that wants one all the same."""
        self.owes_lone_dot = False
        self._due.append(self._on_lone_dot)
        return b".\r\n"

    # --- what is heard

    def heed(self, reply: Reply) -> None:
        """Take *reply* as the answer to what was said longest ago.

        Raises:
            GarbageError: it makes no sense there.
            EndedError: the relay ends the conversation; everything is accounted for.
        """
        step = self._due.popleft() if self._due else None
        if reply.code == _CLOSING:
            self._hear_goodbye(step, reply)
        if step is None:
            raise GarbageError(f"it spoke unasked: {_said(reply)}")
        step(reply)

    def break_off(self, why: str, *, by_relay: bool) -> None:
        """Account for what is in process on a connection that is no more.

        What has its dot out is unknown, and says nothing of the one behind it. Where the relay is to blame, an
        attempt that was alone in process counts: it may be what the relay chokes on.
        """
        current, announced = self._clear()
        if current and self.stage is Stage.DOT:
            self._supplier.answered(current, unanswered(f"the connection was lost with the message under way: {why}"))
            current = None
            by_relay = False
        self.stage = Stage.NONE
        for parcel in filter(None, (current, announced)):
            if by_relay:
                lost = not_begun(f"the connection was lost before the message: {why}")
                self._supplier.answered(parcel, lost)
                by_relay = False
            else:
                self._supplier.returned(parcel)

    def _clear(self) -> tuple[Parcel | None, Parcel | None]:
        current, announced = self._current, self._announced
        self._current = self._announced = None
        self._due.clear()
        self._unsaid.clear()
        return current, announced

    def _hear_goodbye(self, step: Callable[[Reply], None] | None, reply: Reply) -> None:
        """Account for 421, which may stand in the place of any reply."""
        was_busy = self.is_busy
        if step in (self._on_final, self._on_rcpt, self._on_data):
            step(reply)
        elif self._current:  # nothing was due: it came into the body
            parcel, self._current = self._current, None
            self._supplier.answered(parcel, outcome_of_refusal(reply.code, reply.text))
        self._end(f"it closes the connection: {_said(reply)}", reply, was_busy=was_busy)

    def _end(self, words: str, reply: Reply, *, was_busy: bool) -> NoReturn:
        """Give back what is still in process: *reply* has been accounted for, and says nothing of the others."""
        self.break_off(words, by_relay=False)
        raise EndedError(self.farewell or Ending(EndingKind.LOST, words, was_busy, reply.code))

    def _on_reset(self, reply: Reply) -> None:
        if reply.code // 100 != _SUCCESS:
            raise GarbageError(f"it does not forget a transaction: {_said(reply)}")

    def _on_mail(self, reply: Reply) -> None:
        """Say farewell to a relay that does not take our sender: that is no fault of the reader's."""
        if reply.code == _COMPLETED:
            return
        parcel, self._announced = self._announced, None
        self._unsaid.clear()
        kind = EndingKind.REFUSED if reply.code // 100 == _NEVER else EndingKind.LOST
        self.farewell = Ending(kind, f"it takes no mail from us: {_said(reply)}", was_busy=True, code=reply.code)
        self._supplier.returned(parcel)

    def _on_rcpt(self, reply: Reply) -> None:
        if reply.code in (_COMPLETED, _WILL_FORWARD) or self._announced is None:
            return
        # An odd code may have been meant as a yes: then a lone dot would mail this reader an empty message.
        self._is_odd = reply.code // 100 not in (_LATER, _NEVER)
        self._refuse(outcome_of_refusal(reply.code, reply.text))

    def _on_data(self, reply: Reply) -> None:
        if reply.code == _GO_AHEAD:
            self._go_ahead()
        elif reply.code // 100 == _SUCCESS:
            self._refuse(not_begun(f"the relay answered DATA with {reply} and took no message"))
        else:
            self._refuse(outcome_of_refusal(reply.code, reply.text))

    def _go_ahead(self) -> None:
        if self._announced:
            self._current, self._announced, self.stage = self._announced, None, Stage.GRANTED
        elif self._is_odd or self.farewell:
            raise GarbageError("it asks for a message whose envelope it did not take")
        else:
            self.owes_lone_dot = True

    def _retract(self) -> None:
        """Return the announced one, which went stale; the next begins with RSET."""
        parcel, self._announced = self._announced, None
        self._must_reset = True
        self._unsaid.clear()
        self._supplier.returned(parcel)

    def _refuse(self, outcome: Outcome) -> None:
        """Tell what came of the announced one, if that is not told yet; the next begins with RSET."""
        parcel, self._announced = self._announced, None
        self._must_reset = True
        self._unsaid.clear()
        if parcel:
            self._supplier.answered(parcel, outcome)

    def _on_final(self, reply: Reply) -> None:
        parcel, self._current, self.stage = self._current, None, Stage.NONE
        outcome = outcome_of_final_reply(reply.code, reply.text)
        self.sent += outcome.kind is OutcomeKind.SENT
        self._supplier.answered(parcel, outcome)
        if outcome.kind is OutcomeKind.UNKNOWN:
            self._end(f"it gave no plain answer to a message: {_said(reply)}", reply, was_busy=True)

    def _on_lone_dot(self, _reply: Reply) -> None:
        """Ignore what it says of a message that it took nobody for (RFC 2920 §3.1)."""


def _said(reply: Reply) -> str:
    return without_addresses(str(reply))
