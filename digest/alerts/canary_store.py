"""The SQL about the canary: what it was sent, and what of that came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlmodel import Session, col

from digest.alerts.tables import CanaryReceipt
from digest.delivery.ledger import DeliveryStatus
from digest.delivery.tables import Delivery
from digest.editions.tables import EditionRow
from subscribers.address import EmailAddress
from subscribers.tables import Subscriber


@dataclass(frozen=True, slots=True)
class CanaryCopy:
    """The copy of an edition that a relay took for the canary at `sent_at` (UTC), and whether it was seen to come."""

    newsletter: str
    local_date: date
    subscriber_id: int
    sent_at: datetime
    is_seen: bool


def canary_copies(session: Session, address: str, newsletters: Iterable[str], since: date) -> list[CanaryCopy]:
    """Return what was sent to *address* of the editions of *newsletters* from *since* on."""
    receipt = and_(
        col(CanaryReceipt.newsletter) == col(EditionRow.newsletter),
        col(CanaryReceipt.local_date) == col(EditionRow.local_date),
    )
    rows = session.execute(
        select(
            col(EditionRow.newsletter),
            col(EditionRow.local_date),
            col(Delivery.subscriber_id),
            col(Delivery.changed_at),
            col(CanaryReceipt.seen_at),
        )
        .join(Delivery, col(Delivery.edition_id) == col(EditionRow.id))
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .outerjoin(CanaryReceipt, receipt)
        .where(
            col(EditionRow.newsletter).in_(list(newsletters)),
            col(EditionRow.local_date) >= since,
            col(Subscriber.email_key) == EmailAddress.parse(address).key,
            col(Delivery.status) == DeliveryStatus.SENT.value,
        )
    )
    return [CanaryCopy(slug, day, number, at, seen is not None) for slug, day, number, at, seen in rows]


def record_receipt(session: Session, copy: CanaryCopy, now: datetime) -> None:
    """Record that *copy* was seen in the canary's mailbox."""
    session.merge(CanaryReceipt(newsletter=copy.newsletter, local_date=copy.local_date, seen_at=now))
