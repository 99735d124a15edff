"""The SQL about the figures: what settled editions hold in their rows, and of the ledger only what is under way.

A million settled deliveries are never walked over; those still open are counted in the indexes that hold only them.
"""

from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlmodel import Session, col

from digest.clock.tables import LeaseRow
from digest.delivery.ledger import DeliveryStatus
from digest.delivery.store import next_wave
from digest.delivery.tables import Delivery
from digest.editions.edition import EditionStatus
from digest.editions.tables import EditionRow
from digest.monitor.figures import LeaseSign, Tally, UnderWay
from subscribers.signup_tables import SystemMail
from subscribers.tables import Subscription

_SUMS = ("eligible", "sent", "failed", "unknown", "skipped")


def tallies(session: Session) -> tuple[Tally, ...]:
    """Return the editions by newsletter and status."""
    sums = [func.coalesce(func.sum(getattr(EditionRow, name)), 0) for name in _SUMS]
    by = (col(EditionRow.newsletter), col(EditionRow.status))
    found = session.execute(
        select(*by, func.count(), *sums, func.max(col(EditionRow.settled_at))).group_by(*by).order_by(*by)
    )
    return tuple(Tally(*row) for row in found)


def under_way(session: Session) -> tuple[UnderWay, ...]:
    """Return the editions that are being delivered, with the deliveries that are open and unknown."""
    fields = (EditionRow.id, EditionRow.newsletter, EditionRow.send_at, EditionRow.eligible)
    found = session.execute(
        select(*map(col, fields)).where(col(EditionRow.status) == EditionStatus.SENDING.value)
    ).all()
    return tuple(
        UnderWay(
            newsletter,
            next_wave(session, number) or send_at,
            eligible or 0,
            queued=_counted(session, number, DeliveryStatus.QUEUED),
            claimed=_counted(session, number, DeliveryStatus.CLAIMED),
            unknown=_counted(session, number, DeliveryStatus.UNKNOWN),
        )
        for number, newsletter, send_at, eligible in found
    )


def waiting_mails(session: Session) -> tuple[int, datetime | None]:
    """Return how many mails of the sign-up wait, and when the oldest was due (UTC)."""
    waits = col(SystemMail.status) == literal_column("'queued'")
    number, due_at = session.execute(select(func.count(), func.min(col(SystemMail.due_at))).where(waits)).one()
    return number, due_at


def lease_sign(session: Session) -> LeaseSign | None:
    """Return the last sign of life of the clock that acts; None when none does."""
    found = session.execute(select(col(LeaseRow.beats), col(LeaseRow.taken_at))).first()
    return LeaseSign(*found) if found else None


def subscriptions(session: Session) -> dict[tuple[str, ...], float]:
    """Return how many subscriptions stand how, by newsletter and status. It reads a whole index."""
    by = (col(Subscription.newsletter), col(Subscription.status))
    return {
        (newsletter, status): number
        for newsletter, status, number in session.execute(select(*by, func.count()).group_by(*by))
    }


def _counted(session: Session, edition: int, status: DeliveryStatus) -> int:
    # The status is written into the statement: for a bound one, SQLite would not look into the partial indexes.
    stands = col(Delivery.status) == literal_column(f"'{status.value}'")
    counted = select(func.count()).select_from(Delivery).where(col(Delivery.edition_id) == edition, stands)
    return int(session.execute(counted).scalar_one())
