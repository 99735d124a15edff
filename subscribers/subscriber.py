"""A reader's standing with a newsletter, and every move it can make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from subscribers.errors import SubscribersError


class SubscriptionStatus(StrEnum):
    """Where a reader stands with one newsletter; only `active` is mailed.

    `returning` left once and asked to come back, but has not confirmed that: whoever typed the address may be a
    stranger, so the reader still counts as gone (S19).
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    RETURNING = "returning"


class SubscriptionEvent(StrEnum):
    """What can happen to a subscription.

    Anybody may SIGN_UP an address; CONFIRM and RESUBSCRIBE come through a link that was mailed there. LAPSE is the
    end of the time to confirm (S07).
    """

    SIGN_UP = "sign_up"
    CONFIRM = "confirm"
    IMPORT = "import"
    PAUSE = "pause"
    RESUME = "resume"
    UNSUBSCRIBE = "unsubscribe"
    RESUBSCRIBE = "resubscribe"
    LAPSE = "lapse"


class IllegalMoveError(SubscribersError):
    """A subscription can't make this move from where it stands."""


_PENDING, _ACTIVE, _PAUSED, _LEFT, _RETURNING = SubscriptionStatus

_MOVES: Mapping[SubscriptionEvent, Mapping[SubscriptionStatus | None, SubscriptionStatus]] = {
    SubscriptionEvent.SIGN_UP: {
        None: _PENDING,
        _PENDING: _PENDING,
        _ACTIVE: _ACTIVE,
        _PAUSED: _PAUSED,
        # Not `pending`: an import would make that active, and the purge would forget that they ever left (S19).
        _LEFT: _RETURNING,
        _RETURNING: _RETURNING,
    },
    # None from `unsubscribed`: the button of an old mail must not undo leaving.
    SubscriptionEvent.CONFIRM: {_PENDING: _ACTIVE, _ACTIVE: _ACTIVE, _PAUSED: _PAUSED, _RETURNING: _ACTIVE},
    SubscriptionEvent.IMPORT: {
        None: _ACTIVE,
        _PENDING: _ACTIVE,
        _ACTIVE: _ACTIVE,
        _PAUSED: _PAUSED,
        # Who left stays away until they come back themselves (S19).
        _LEFT: _LEFT,
        _RETURNING: _RETURNING,
    },
    SubscriptionEvent.PAUSE: {_ACTIVE: _PAUSED, _PAUSED: _PAUSED},
    SubscriptionEvent.RESUME: {_ACTIVE: _ACTIVE, _PAUSED: _ACTIVE},
    SubscriptionEvent.UNSUBSCRIBE: dict.fromkeys(SubscriptionStatus, _LEFT),
    SubscriptionEvent.RESUBSCRIBE: dict.fromkeys((_ACTIVE, _PAUSED, _LEFT, _RETURNING), _ACTIVE),
    SubscriptionEvent.LAPSE: {_RETURNING: _LEFT},
}

# What says that the owner of the address agreed: their own links, and the word on which a file comes (S13).
CONFIRMING = frozenset({SubscriptionEvent.CONFIRM, SubscriptionEvent.IMPORT, SubscriptionEvent.RESUBSCRIBE})
# What even a suppressed address may do (B11).
LEAVING = frozenset({SubscriptionEvent.UNSUBSCRIBE, SubscriptionEvent.LAPSE})


def move(status: SubscriptionStatus | None, event: SubscriptionEvent) -> SubscriptionStatus:
    """Return where *event* leads from *status*; None is a reader not yet on the newsletter.

    Raises:
        IllegalMoveError: there is no such move.
    """
    try:
        return _MOVES[event][status]
    except KeyError:
        raise IllegalMoveError(f"a subscription that is {status or 'not there'} can't {event}") from None


def moves_of(event: SubscriptionEvent) -> Mapping[SubscriptionStatus | None, SubscriptionStatus]:
    """Return every legal move of *event*, by where it starts, for statements that move many at once."""
    return MappingProxyType(_MOVES[event])


def lapsed(status: SubscriptionStatus) -> SubscriptionStatus | None:
    """Return where a subscription stands that was not confirmed in time; None: it is to be erased (S07).

    Who was never confirmed leaves nothing to remember; that somebody left is remembered.

    Raises:
        IllegalMoveError: there was nothing to confirm.
    """
    return None if status is _PENDING else move(status, SubscriptionEvent.LAPSE)


class AddressStanding(StrEnum):
    """Whether an address may be mailed at all; of one that is forgotten nothing is kept but a keyed hash (B12)."""

    FREE = "free"
    SUPPRESSED = "suppressed"
    FORGOTTEN = "forgotten"


class AddressEvent(StrEnum):
    """What can happen to an address as a whole. ASK is a mail that asks its owner to confirm."""

    ASK = "ask"
    CHANGE_ADDRESS = "change_address"
    SUPPRESS = "suppress"
    FORGET = "forget"


_ADDRESS_MOVES = {
    (AddressStanding.FREE, AddressEvent.ASK): AddressStanding.FREE,
    (AddressStanding.FREE, AddressEvent.CHANGE_ADDRESS): AddressStanding.FREE,
    (AddressStanding.FREE, AddressEvent.SUPPRESS): AddressStanding.SUPPRESSED,
    (AddressStanding.FREE, AddressEvent.FORGET): AddressStanding.FORGOTTEN,
    (AddressStanding.SUPPRESSED, AddressEvent.SUPPRESS): AddressStanding.SUPPRESSED,
    # Whoever must not be mailed may still have what is kept about them erased.
    (AddressStanding.SUPPRESSED, AddressEvent.FORGET): AddressStanding.FORGOTTEN,
    (AddressStanding.FORGOTTEN, AddressEvent.SUPPRESS): AddressStanding.FORGOTTEN,
    (AddressStanding.FORGOTTEN, AddressEvent.FORGET): AddressStanding.FORGOTTEN,
}


def address_move(standing: AddressStanding, event: AddressEvent) -> AddressStanding:
    """Return where *event* leads an address from *standing*; it never becomes free again (B11).

    Raises:
        IllegalMoveError: there is no such move.
    """
    try:
        return _ADDRESS_MOVES[standing, event]
    except KeyError:
        raise IllegalMoveError(f"an address that is {standing} can't {event}") from None


CONFIRM_WITHIN = timedelta(days=7)
BETWEEN_ASKS = timedelta(hours=24)
# S05. Whoever left by a link undoes it while they remember: who inherits the mailbox has no such power over others.
UNDO_WITHIN = timedelta(days=1)
MOST_UNANSWERED = 3


@dataclass(frozen=True, slots=True)
class PastAsk:
    """A mail that asked an address to confirm and may have arrived: when it left (UTC), and whether it was answered.

    One that a relay refused was never seen, and is none of these. One that an operator excused counts as answered.
    """

    left_at: datetime
    is_answered: bool


def may_ask(asks: Sequence[PastAsk], now: datetime) -> datetime | None:
    """Return when an address with these past *asks* may be asked next, *now* at the earliest (UTC); None is never.

    At most one mail in 24 hours, answered or not, and at most three ever that nobody answered (S07).
    """
    if sum(not ask.is_answered for ask in asks) >= MOST_UNANSWERED:
        return None
    return max([now, *(ask.left_at + BETWEEN_ASKS for ask in asks)])
