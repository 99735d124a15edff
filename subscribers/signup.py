"""Signing up: what may be asked of whom, and when. Decided from values alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from subscribers.address import EmailAddress
from subscribers.subscriber import PastAsk, SubscriptionEvent, SubscriptionStatus, may_ask, moves_of

BY_FORM = "the sign-up form"
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_NOT_CONFIRMED = frozenset({SubscriptionStatus.PENDING, SubscriptionStatus.RETURNING})


class Answer(StrEnum):
    """What a sign-up is told. It depends on where it came from and how, never on what is known of the address (S06).

    BUSY: too many came from there. AGAIN: the form did not prove to be a fresh one; once more with one that is.
    """

    ACCEPTED = "accepted"
    BUSY = "busy"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sign-ups one network may send in an hour, stamped or not, and how many mails may go out (S07)."""

    per_ip_hour: int
    unstamped_per_ip_hour: int
    per_domain_hour: int
    mails_per_hour: int


@dataclass(frozen=True, slots=True)
class SignUp:
    """A form that somebody filled in, with an address that may be anybody's.

    *wording* is the version of *wording_text*, which is all that the form said (S13). *ip* is the visitor's address
    in full, of which only the network is kept; *page* is where the form stood. *is_stamped* says that the form was
    handed out by us and filled in as a person would (S08); where that rests on a proof of work, which serves once,
    *proof* names it. *timezone* is the IANA zone that a program says the reader lives in: it is kept of who is new.
    """

    address: EmailAddress
    newsletters: tuple[str, ...]
    wording: str
    wording_text: str
    ip: str | None
    page: str | None
    is_stamped: bool
    provenance: str = BY_FORM
    proof: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an address.

    *has_open* says that a mail which asks it something is on its way; *asks* are those that may have arrived.
    """

    is_suppressed: bool = False
    standings: Mapping[str, SubscriptionStatus] = field(default_factory=lambda: MappingProxyType({}))
    has_open: bool = False
    asks: tuple[PastAsk, ...] = ()

    def after(self, decision: "Decision") -> "Known":
        """Return what is known once *decision* is carried out."""
        moved = {move.newsletter: move.after for move in decision.moves}
        has_open = self.has_open or decision.ask_due_at is not None
        return replace(self, standings={**self.standings, **moved}, has_open=has_open)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a sign-up takes a reader on one newsletter; the same *before* and *after* is a reader asked once more."""

    newsletter: str
    before: SubscriptionStatus | None
    after: SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sign-up leads to: its moves, and when (UTC) a mail that asks to confirm them may leave, if one is due."""

    moves: tuple[Move, ...] = ()
    ask_due_at: datetime | None = None


NOTHING = Decision()


def decide(
    known: Known, newsletters: Sequence[str], now: datetime, room: Callable[[datetime], datetime | None]
) -> Decision:
    """Decide what becomes of a sign-up to *newsletters* at *now* (UTC).

    *room* tells when, from an instant on, the limits let another mail out to this address; None is not at all. Whom
    no mail will ask is not written down: nobody could ever confirm it.
    """
    moves = _to_confirm(known, newsletters)
    new = tuple(move for move in moves if move.before != move.after)
    if known.is_suppressed or not moves:
        return NOTHING
    if known.has_open:
        return Decision(new)  # the mail on its way asks about this too, or its page offers it
    allowed = may_ask(known.asks, now)
    if allowed is None or (allowed > now and not new):
        return NOTHING
    due = room(allowed)
    return Decision(moves, due) if due else NOTHING


def mailbox_of(address: EmailAddress) -> str:
    """Return the mailbox that *address* probably leads to: without its tag and, at Gmail, its dots (S11).

    Only for limits: elsewhere two spellings may be two people.
    """
    local = address.local.lower().partition("+")[0]
    if address.domain in _DOTLESS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{address.domain}"


def _to_confirm(known: Known, newsletters: Sequence[str]) -> tuple[Move, ...]:
    """Return where signing up leads on those *newsletters* that the reader would have to confirm."""
    befores = {newsletter: known.standings.get(newsletter) for newsletter in newsletters}
    legal = moves_of(SubscriptionEvent.SIGN_UP)
    moves = (Move(newsletter, before, legal[before]) for newsletter, before in befores.items())
    return tuple(move for move in moves if move.after in _NOT_CONFIRMED)
