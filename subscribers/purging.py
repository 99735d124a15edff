"""Purging: sign-ups that nobody confirmed in time are gone after seven days (S07)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subscribers.consent_store import log_event
from subscribers.lifecycle_store import UNCONFIRMED, stands_at
from subscribers.subscriber import CONFIRM_WITHIN, SubscriptionEvent, SubscriptionStatus, lapsed
from subscribers.tables import Consent, Subscriber, Subscription, number_of

MOST_AT_ONCE = 1000
NOT_CONFIRMED = "not confirmed in time"


@dataclass(frozen=True, slots=True)
class Purged:
    """How many subscriptions were erased, and how many readers who had left stay away after all."""

    erased: int
    stay_away: int

    @property
    def all(self) -> int:
        """Return how many lapsed; as many as were asked for means that there may be more."""
        return self.erased + self.stay_away


def purge_unconfirmed(session: Session, now: datetime, most: int = MOST_AT_ONCE) -> Purged:
    """Let up to *most* sign-ups lapse that were not confirmed within seven days before *now* (UTC).

    Who never was a reader is erased with all that was kept. Who had left is unsubscribed again.
    """
    due = _lock_due(session, now, most)
    where = {number: lapsed(status) for number, status in due.items()}
    erased = [number for number, after in where.items() if after is None]
    staying = {number: after.value for number, after in where.items() if after}
    if staying:
        rows = [{"id": number, "status": status, "changed_at": now} for number, status in staying.items()]
        session.execute(update(Subscription), rows)
        log_event(session, staying, SubscriptionEvent.LAPSE, provenance=NOT_CONFIRMED, now=now)
    _erase(session, erased)
    return Purged(len(erased), len(staying))


def _lock_due(session: Session, now: datetime, most: int) -> dict[int, SubscriptionStatus]:
    """Return what lapses, locked: first the readers and then their subscriptions, as whoever signs up locks them."""
    due = (stands_at(*UNCONFIRMED), col(Subscription.changed_at) <= now - CONFIRM_WITHIN)
    number, reader = col(Subscription.id), col(Subscription.subscriber_id)
    found = session.execute(select(number, reader).where(*due).order_by(col(Subscription.changed_at)).limit(most)).all()
    readers = select(col(Subscriber.id)).where(col(Subscriber.id).in_({theirs for _, theirs in found}))
    session.execute(readers.order_by(col(Subscriber.id)).with_for_update()).all()
    still = session.exec(
        select_rows(Subscription)
        .where(number.in_([one for one, _ in found]), *due)
        .order_by(number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {number_of(row): SubscriptionStatus(row.status) for row in still}


def _erase(session: Session, subscriptions: list[int]) -> None:
    """Erase these subscriptions, their consent, and the readers who have no other."""
    theirs = col(Subscription.id).in_(subscriptions)
    readers = session.scalars(select(col(Subscription.subscriber_id)).where(theirs)).all()
    session.execute(delete(Consent).where(col(Consent.subscription_id).in_(subscriptions)))
    session.execute(delete(Subscription).where(theirs))
    others = exists().where(col(Subscription.subscriber_id) == col(Subscriber.id))
    session.execute(delete(Subscriber).where(col(Subscriber.id).in_(readers), ~others))
