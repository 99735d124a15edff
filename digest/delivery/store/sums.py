"""The sums of an edition: what is open, the closing equation, and how an edition is brought to its end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, exists, func, literal, null, select, update
from sqlmodel import Session, col

from digest.delivery.ledger import Closing, DeliveryStatus
from digest.delivery.outcome import OutcomeKind
from digest.delivery.store.rows import ATTEMPT, DELIVERY, ROW, has, insert_into
from digest.editions.edition import Edition, EditionEvent, EditionStatus, move
from digest.editions.tables import EditionRow

NEVER_TRIED = "the deadline passed before this was tried"
DEADLINE_PASSED = "the deadline passed before the relay took this"


@dataclass(frozen=True, slots=True)
class Queue:
    """What is still open: when the next delivery is due (UTC, None for none), and how many others have in hand."""

    next_due: datetime | None
    claimed: int


def queue(session: Session, edition: Edition) -> Queue:
    """Return what of *edition* is still open."""
    of_edition = ROW.edition_id == edition.id
    next_due = select(ROW.next_attempt_at).where(of_edition, has(DeliveryStatus.QUEUED)).order_by(ROW.next_attempt_at)
    claimed = select(func.count()).select_from(DELIVERY).where(of_edition, has(DeliveryStatus.CLAIMED))
    return Queue(session.execute(next_due.limit(1)).scalar(), session.execute(claimed).scalar_one())


def next_wave(session: Session, edition: int) -> datetime | None:
    """Return when the first of those who wait are due (UTC), where this *edition* goes out on readers' own mornings."""
    waiting = select(ROW.next_attempt_at, ROW.deadline).where(ROW.edition_id == edition, has(DeliveryStatus.QUEUED))
    first = session.execute(waiting.order_by(ROW.next_attempt_at).limit(1)).first()
    return first.next_attempt_at if first and first.deadline else None


def closing(session: Session, edition: Edition) -> Closing:
    """Return the closing equation as the ledger has it now."""
    columns = [func.count().filter(has(status)).label(status.value) for status in DeliveryStatus]
    counts = session.execute(select(*columns).where(ROW.edition_id == edition.id)).one()
    eligible = session.execute(select(col(EditionRow.eligible)).where(col(EditionRow.id) == edition.id)).scalar_one()
    return Closing.of(eligible or 0, {status: getattr(counts, status.value) for status in DeliveryStatus})


def give_up_queue(session: Session, edition: Edition, now: datetime) -> None:
    """Fail what is still queued, once the deadline in the edition's row has passed; before it, copies past their own.

    The rows and not the caller know the deadlines: another process may have moved them with `--late`. What may have
    gone out in an earlier attempt has not failed: it is unknown (law 6).
    """
    is_over = now >= session.get_one(EditionRow, edition.id, with_for_update=True).deadline
    late = [] if is_over else [ROW.deadline <= now]
    may_be_out = exists().where(
        ATTEMPT.c.edition_id == ROW.edition_id,
        ATTEMPT.c.subscriber_id == ROW.subscriber_id,
        ATTEMPT.c.outcome == OutcomeKind.UNKNOWN.value,
    )
    session.execute(
        update(DELIVERY)
        .where(ROW.edition_id == edition.id, has(DeliveryStatus.QUEUED), *late)
        .values(
            status=case((may_be_out, DeliveryStatus.UNKNOWN.value), else_=DeliveryStatus.FAILED.value),
            reply=case((ROW.attempts == 0, NEVER_TRIED), else_=func.coalesce(ROW.reply, DEADLINE_PASSED)),
            claimed_by=null(),
            changed_at=now,
        )
    )


def forget_deadlines(session: Session, edition: Edition) -> None:
    """Let every copy that is still queued go out for as long as the edition may."""
    own = (ROW.edition_id == edition.id, has(DeliveryStatus.QUEUED), ROW.deadline.is_not(None))
    session.execute(update(DELIVERY).where(*own).values(deadline=None))


def resolve_unknown(session: Session, edition: Edition, status: DeliveryStatus, now: datetime) -> int:
    """Give every unknown delivery *status*, as a person or the policy decided; return how many there were."""
    if status is DeliveryStatus.QUEUED:
        _keep_attempts(session, edition)
    result = session.execute(
        update(DELIVERY)
        .where(ROW.edition_id == edition.id, has(DeliveryStatus.UNKNOWN))
        .values(status=status.value, next_attempt_at=now, deadline=None, claimed_by=None, changed_at=now)
        .returning(ROW.subscriber_id)
    )
    return len(result.all())


def settle(session: Session, edition: Edition, now: datetime) -> Closing:
    """Close the edition when nothing is open any more, and store its equation (law 2)."""
    row = session.get_one(EditionRow, edition.id, with_for_update=True)
    sums = closing(session, edition)
    if sums.is_settled:
        row.settled_at = row.settled_at if row.status == EditionStatus.SENT else now
        row.status = move(EditionStatus(row.status), EditionEvent.SETTLE).value
        row.sent, row.failed, row.unknown, row.skipped = sums.sent, sums.failed, sums.unknown, sums.skipped
    return sums


def _keep_attempts(session: Session, edition: Edition) -> None:
    """Keep the attempts whose end nobody knows before others take their place in the ledger."""
    nobody_knows = literal(OutcomeKind.UNKNOWN.value)
    ended = select(
        ROW.edition_id,
        ROW.subscriber_id,
        ROW.attempts,
        nobody_knows,
        ROW.changed_at,
        ROW.reply_code,
        ROW.enhanced_code,
        func.coalesce(ROW.reply, ""),
    ).where(ROW.edition_id == edition.id, has(DeliveryStatus.UNKNOWN))
    session.execute(insert_into(session, ATTEMPT).from_select(list(ATTEMPT.c.keys()), ended).on_conflict_do_nothing())
