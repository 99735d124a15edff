"""The history of a reader's deliveries: which editions, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from digest.delivery.tables import Attempt, Delivery
from digest.editions.tables import EditionRow


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt that did not end in `sent`, when it ended (UTC), and the relay's word (D03)."""

    number: int
    outcome: str
    at: datetime
    reply_code: int | None
    enhanced_code: str | None
    reply: str


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """An edition for the reader, where it stands and since when (UTC), the last word, and every failed attempt.

    `next_attempt_at` (UTC) is None unless it is queued.
    """

    newsletter: str
    local_date: date
    status: str
    changed_at: datetime
    next_attempt_at: datetime | None
    attempts: int
    reply_code: int | None
    enhanced_code: str | None
    reply: str | None
    unsent: tuple[PastAttempt, ...]


def past_deliveries(session: Session, subscriber_id: int) -> list[PastDelivery]:
    """Return the deliveries of one subscriber, oldest edition first."""
    found = session.exec(
        select(Delivery, col(EditionRow.newsletter), col(EditionRow.local_date))
        .join(EditionRow, col(EditionRow.id) == Delivery.edition_id)
        # There is no index by subscriber: their delivery of each edition is looked up.
        .where(col(Delivery.edition_id).in_(select(EditionRow.id)), Delivery.subscriber_id == subscriber_id)
        .order_by(col(EditionRow.local_date), col(EditionRow.newsletter))
    ).all()
    attempts = _attempts(session, subscriber_id, [row.edition_id for row, _, _ in found])
    return [
        PastDelivery(
            newsletter=newsletter,
            local_date=local_date,
            status=row.status,
            changed_at=row.changed_at,
            next_attempt_at=row.next_attempt_at if row.status == "queued" else None,
            attempts=row.attempts,
            reply_code=row.reply_code,
            enhanced_code=row.enhanced_code,
            reply=row.reply,
            unsent=tuple(attempts.get(row.edition_id, ())),
        )
        for row, newsletter, local_date in found
    ]


def _attempts(session: Session, subscriber_id: int, editions: Sequence[int]) -> dict[int, list[PastAttempt]]:
    """Return the attempts of one subscriber by edition."""
    rows = session.exec(
        select(Attempt)
        .where(col(Attempt.edition_id).in_(editions), Attempt.subscriber_id == subscriber_id)
        .order_by(col(Attempt.number))
    )
    kept: dict[int, list[PastAttempt]] = {}
    for row in rows:
        attempt = PastAttempt(row.number, row.outcome, row.at, row.reply_code, row.enhanced_code, row.reply)
        kept.setdefault(row.edition_id, []).append(attempt)
    return kept
