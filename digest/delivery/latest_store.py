"""The SQL of a copy of the latest edition, mailed by itself to one who has just come."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlmodel import Session, col

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.message import Reader
from digest.delivery.store.rows import ROW
from digest.editions.edition import UNPUBLISHED
from digest.editions.tables import EditionRow
from subscribers.store import may_be_mailed
from subscribers.tables import Subscriber, Subscription

# A copy that stands so in the ledger comes from there, came, or may have come.
_COMES_ANYWAY = (DeliveryStatus.QUEUED, DeliveryStatus.CLAIMED, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class EditionCopy:
    """An edition for one reader, in no ledger."""

    newsletter: str
    local_date: date
    reader: Reader


def copy_for(session: Session, subscriber_id: int, edition_id: int) -> EditionCopy | None:
    """Return the copy of a published edition for a reader of its newsletter.

    None: they may not be mailed (law 5), or the edition's own delivery brings it to them. Whoever leaves waits for the
    transaction that asked.
    """
    in_ledger = exists().where(
        ROW.edition_id == edition_id,
        ROW.subscriber_id == subscriber_id,
        ROW.status.in_([status.value for status in _COMES_ANYWAY]),
    )
    found = session.execute(
        select(
            col(EditionRow.newsletter),
            col(EditionRow.local_date),
            col(Subscription.id),
            col(Subscriber.email),
            col(Subscriber.name),
        )
        .join(Subscription, col(Subscription.newsletter) == col(EditionRow.newsletter))
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(
            col(EditionRow.id) == edition_id,
            col(EditionRow.status).not_in(UNPUBLISHED),
            col(Subscriber.id) == subscriber_id,
            may_be_mailed(),
            ~in_ledger,
        )
        .with_for_update(of=Subscription)
    ).one_or_none()
    if found is None:
        return None
    newsletter, local_date, subscription_id, address, name = found
    return EditionCopy(newsletter, local_date, Reader(subscriber_id, subscription_id, address, name))
