"""The audience: who an edition goes to, counted and frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, case, false, func, insert, literal, or_, select
from sqlmodel import Session, col

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.store.rows import DELIVERY, is_sqlite
from digest.editions.edition import Edition
from digest.editions.mornings import Wave
from digest.editions.tables import EditionRow
from subscribers.instant import Instant
from subscribers.store import mailable, may_be_mailed
from subscribers.tables import Subscriber, Subscription

_FROZEN = ["edition_id", "subscriber_id", "subscription_id", "status", "attempts", "next_attempt_at", "changed_at"]
_ON_MORNINGS = [*_FROZEN, "deadline"]


@dataclass(frozen=True, slots=True)
class Waves:
    """When whose copies are due: of those in a zone of one of *zoned*, and of all others."""

    others: Wave
    zoned: Sequence[Wave]


def freeze_audience(session: Session, edition: Edition, now: datetime, waves: Waves | None = None) -> int:
    """Queue the edition for all who may be mailed, in one statement; keep and return how many they are (law 2).

    They are due *now* (UTC), or in *waves*.
    """
    at = literal(now, type_=Instant())
    readers = _in_order(session, edition.newsletter).subquery()
    queued = literal(DeliveryStatus.QUEUED.value)
    audience = select(literal(edition.id), readers.c.subscriber_id, readers.c.id, queued, literal(0))
    if waves is None:
        frozen, audience = _FROZEN, audience.add_columns(at, at)
    else:
        joined = audience.join_from(readers, Subscriber, col(Subscriber.id) == readers.c.subscriber_id)
        due, until = _in_waves(waves, "send_at"), _in_waves(waves, "deadline")
        frozen, audience = _ON_MORNINGS, joined.add_columns(due, at, until).order_by(readers.c.subscriber_id)
    freezing = insert(DELIVERY).from_select(frozen, audience).execution_options(preserve_rowcount=True)
    done = cast("CursorResult[object]", session.execute(freezing))
    session.get_one(EditionRow, edition.id).eligible = done.rowcount
    return done.rowcount


def zones_of_readers(session: Session, newsletter: str) -> list[str]:
    """Return the zones in which *newsletter*'s readers live, as far as they are known."""
    zone = col(Subscriber.timezone)
    theirs = select(zone).join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
    known = theirs.where(col(Subscription.newsletter) == newsletter, may_be_mailed(), zone.is_not(None))
    return sorted(session.execute(known.distinct()).scalars())


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


def _in_waves(waves: Waves, moment: str) -> ColumnElement[datetime]:
    """Return *moment* of the wave to which a subscriber belongs."""
    whens = [
        (col(Subscriber.timezone).in_(wave.zones), literal(getattr(wave, moment), type_=Instant()))
        for wave in waves.zoned
    ]
    otherwise = literal(getattr(waves.others, moment), type_=Instant())
    return case(*whens, else_=otherwise) if whens else otherwise


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
