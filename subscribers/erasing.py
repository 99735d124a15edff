"""Erasing a reader at their wish: nothing stays but a keyed hash of the address, so that it stays unmailed (B12).

It goes in two steps. After the first they are mailed no more; before the second nothing may be on its way to them, for
what becomes of it would be written down with words that quote their address.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from subscribers.record import find_reader
from subscribers.store import change_standing
from subscribers.subscriber import SubscriptionEvent
from subscribers.tables import Consent, Subscriber, Subscription, Suppression
from subscribers.tokens import Keyring

FORGOTTEN = "forgotten at the reader's wish"


@dataclass(frozen=True, slots=True)
class Leaver:
    """A reader who is about to be erased: their number, and those of their subscriptions."""

    subscriber_id: int
    subscriptions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased of a reader: subscriptions, and consent records."""

    subscriptions: int
    consents: int


def begin_to_forget(session: Session, key: str, *, keyring: Keyring, now: datetime) -> Leaver | None:
    """Take the reader whose address has this *key* off every newsletter and suppress the address (B11).

    None is returned, and nothing changed, when there is no such reader. To do it twice does no harm.
    """
    reader = find_reader(session, key)
    if reader is None:
        return None
    # In the order in which everybody locks several, so that none waits in a circle.
    numbers = tuple(sorted(subscription.subscription_id for subscription in reader.subscriptions))
    for number in numbers:
        change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance=FORGOTTEN, now=now)
    # Whatever it was suppressed for until now said something about the reader.
    session.merge(Suppression(address_hash=keyring.address_hash(key), reason=FORGOTTEN, at=now))
    return Leaver(reader.subscriber_id, numbers)


def erase(session: Session, subscriber_id: int) -> Erased:
    """Delete the reader with this number, their subscriptions and their consent; the suppression stays."""
    reader = col(Subscriber.id) == subscriber_id
    session.execute(select(col(Subscriber.id)).where(reader).with_for_update())  # first the reader, as everybody does
    theirs = col(Subscription.subscriber_id) == subscriber_id
    numbers = session.scalars(
        select(col(Subscription.id)).where(theirs).order_by(col(Subscription.id)).with_for_update()
    ).all()
    logged = delete(Consent).where(col(Consent.subscription_id).in_(numbers)).returning(col(Consent.id))
    consents = len(session.scalars(logged).all())
    session.execute(delete(Subscription).where(theirs))
    session.execute(delete(Subscriber).where(reader))
    return Erased(len(numbers), consents)
