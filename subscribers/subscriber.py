"""A reader's standing with a newsletter, and every move it can make."""

from enum import StrEnum

from subscribers.errors import SubscribersError


class SubscriptionStatus(StrEnum):
    """Where a reader stands with one newsletter; only `active` is mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class SubscriptionEvent(StrEnum):
    """What can happen to a subscription."""

    IMPORT = "import"
    UNSUBSCRIBE = "unsubscribe"
    RESUBSCRIBE = "resubscribe"


class IllegalMoveError(SubscribersError):
    """A subscription can't make this move from where it stands."""


_MOVES: dict[tuple[SubscriptionStatus | None, SubscriptionEvent], SubscriptionStatus] = {
    (None, SubscriptionEvent.IMPORT): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.PENDING, SubscriptionEvent.IMPORT): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.ACTIVE, SubscriptionEvent.IMPORT): SubscriptionStatus.ACTIVE,
    # Who left stays away until they come back themselves (S19).
    (SubscriptionStatus.UNSUBSCRIBED, SubscriptionEvent.IMPORT): SubscriptionStatus.UNSUBSCRIBED,
    (SubscriptionStatus.PENDING, SubscriptionEvent.UNSUBSCRIBE): SubscriptionStatus.UNSUBSCRIBED,
    (SubscriptionStatus.ACTIVE, SubscriptionEvent.UNSUBSCRIBE): SubscriptionStatus.UNSUBSCRIBED,
    (SubscriptionStatus.UNSUBSCRIBED, SubscriptionEvent.UNSUBSCRIBE): SubscriptionStatus.UNSUBSCRIBED,
    (SubscriptionStatus.UNSUBSCRIBED, SubscriptionEvent.RESUBSCRIBE): SubscriptionStatus.ACTIVE,
    (SubscriptionStatus.ACTIVE, SubscriptionEvent.RESUBSCRIBE): SubscriptionStatus.ACTIVE,
}


def move(status: SubscriptionStatus | None, event: SubscriptionEvent) -> SubscriptionStatus:
    """Return where *event* leads from *status*; None is a reader not yet on the newsletter.

    Raises:
        IllegalMoveError: there is no such move.
    """
    try:
        return _MOVES[status, event]
    except KeyError:
        raise IllegalMoveError(f"a subscription that is {status or 'not there'} can't {event}") from None
