"""An edition's statuses and every move between them."""

from dataclasses import dataclass
from enum import StrEnum

from digest.editions.window import Schedule
from digest.errors import DigestError


class EditionStatus(StrEnum):
    """Where an edition stands. One that has not been published, held, skipped or missed has no row."""

    HELD = "held"  # not sent, with a recorded reason, until a person has looked at it or the reason is gone
    SKIPPED = "skipped"  # not sent, with a recorded reason; its stories go to the next one
    MISSED = "missed"  # due, and not published before its deadline; its stories go to the next one
    SENDING = "sending"  # published: artifact and audience are frozen, deliveries are under way
    SENT = "sent"  # every delivery is settled


class EditionEvent(StrEnum):
    """What can happen to an edition."""

    HOLD = "hold"
    SKIP = "skip"
    MISS = "miss"  # the deadline came first
    PUBLISH = "publish"
    SETTLE = "settle"  # the last delivery was settled
    REOPEN = "reopen"  # a person ordered unknown deliveries to be sent again


class IllegalEditionMoveError(DigestError):
    """An edition can't make this move from where it stands."""


_MOVES: dict[tuple[EditionStatus | None, EditionEvent], EditionStatus] = {
    (None, EditionEvent.HOLD): EditionStatus.HELD,
    (EditionStatus.HELD, EditionEvent.HOLD): EditionStatus.HELD,
    (EditionStatus.MISSED, EditionEvent.HOLD): EditionStatus.HELD,
    (EditionStatus.HELD, EditionEvent.SKIP): EditionStatus.SKIPPED,
    (EditionStatus.HELD, EditionEvent.MISS): EditionStatus.MISSED,
    (EditionStatus.HELD, EditionEvent.PUBLISH): EditionStatus.SENDING,
    (EditionStatus.SKIPPED, EditionEvent.HOLD): EditionStatus.HELD,
    (None, EditionEvent.SKIP): EditionStatus.SKIPPED,
    (None, EditionEvent.MISS): EditionStatus.MISSED,
    (None, EditionEvent.PUBLISH): EditionStatus.SENDING,
    (EditionStatus.SKIPPED, EditionEvent.SKIP): EditionStatus.SKIPPED,
    (EditionStatus.SKIPPED, EditionEvent.PUBLISH): EditionStatus.SENDING,
    (EditionStatus.MISSED, EditionEvent.MISS): EditionStatus.MISSED,
    (EditionStatus.MISSED, EditionEvent.SKIP): EditionStatus.SKIPPED,
    (EditionStatus.MISSED, EditionEvent.PUBLISH): EditionStatus.SENDING,
    (EditionStatus.SENDING, EditionEvent.SETTLE): EditionStatus.SENT,
    (EditionStatus.SENT, EditionEvent.SETTLE): EditionStatus.SENT,
    (EditionStatus.SENT, EditionEvent.REOPEN): EditionStatus.SENDING,
    (EditionStatus.SENDING, EditionEvent.REOPEN): EditionStatus.SENDING,
}


PUBLISHED = (EditionStatus.SENDING, EditionStatus.SENT)


@dataclass(frozen=True, slots=True)
class Edition:
    """One newsletter on one local date, as stored.

    `reason` says why it was skipped or missed, is held, or is no full one.
    """

    id: int
    newsletter: str
    schedule: Schedule
    status: EditionStatus
    reason: str | None

    @property
    def is_published(self) -> bool:
        """Say whether artifact and audience are frozen."""
        return self.status in PUBLISHED

    @property
    def is_settled(self) -> bool:
        """Say whether every delivery is settled."""
        return self.status is EditionStatus.SENT


def move(status: EditionStatus | None, event: EditionEvent) -> EditionStatus:
    """Return where *event* leads from *status*; None is an edition without a row.

    Raises:
        IllegalEditionMoveError: there is no such move.
    """
    try:
        return _MOVES[status, event]
    except KeyError:
        raise IllegalEditionMoveError(f"an edition that is {status or 'not there'} can't {event}") from None
