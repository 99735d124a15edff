"""The audience: who an edition goes to, counted and frozen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, false, func, insert, literal, or_, select
from sqlmodel import Session, col

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.store.rows import DELIVERY, is_sqlite
from digest.editions.edition import Edition
from digest.editions.tables import EditionRow
from subscribers.instant import Instant
from subscribers.store import mailable, may_be_mailed
from subscribers.tables import Subscriber, Subscription

_FROZEN = ["edition_id", "subscriber_id", "subscription_id", "status", "attempts", "next_attempt_at", "changed_at"]


def freeze_audience(session: Session, edition: Edition, now: datetime) -> int:
    """Queue the edition for all who may be mailed, in one statement; keep and return how many they are (law 2)."""
    at = literal(now, type_=Instant())
    readers = _in_order(session, edition.newsletter).subquery()
    queued = literal(DeliveryStatus.QUEUED.value)
    audience = select(literal(edition.id), readers.c.subscriber_id, readers.c.id, queued, literal(0), at, at)
    freezing = insert(DELIVERY).from_select(_FROZEN, audience).execution_options(preserve_rowcount=True)
    done = cast("CursorResult[object]", session.execute(freezing))
    session.get_one(EditionRow, edition.id).eligible = done.rowcount
    return done.rowcount


def audience_size(session: Session, newsletter: str, domains: Sequence[str] = ()) -> int:
    """Return how many readers would be mailed if *newsletter* were published now; of *domains* only, if given."""
    if not domains:
        return _count(session, select(func.count()).select_from(mailable(newsletter).order_by(None).subquery()))
    at = (f"@{domain}" for domain in domains)
    of_domains = or_(false(), *(col(Subscriber.email_key).endswith(each, autoescape=True) for each in at))
    readers = (
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscription.newsletter) == newsletter, may_be_mailed(), of_domains)
    )
    return _count(session, readers)


def _in_order(session: Session, newsletter: str) -> Select[Any, Any]:
    """Return the query for those who may be mailed, in the order of the ledger's key: any other doubles the time.

    On PostgreSQL they are read as the table has them, and then sorted: OFFSET keeps the two apart. It would else walk
    along an index, which goes all over a table whose rows have moved, as they do when readers confirm.
    """
    readers = mailable(newsletter)
    if is_sqlite(session):
        return readers
    as_they_lie = readers.order_by(None).offset(0).subquery()
    return select(as_they_lie).order_by(as_they_lie.c.subscriber_id)


def _count(session: Session, query: Select[int]) -> int:
    counted: int = session.execute(query).scalar_one()
    return counted
