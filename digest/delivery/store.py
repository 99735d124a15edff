"""The SQL of the ledger: freezing the audience, claiming, recording, counting."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, Update, case, func, insert, literal, update
from sqlmodel import Session, col, exists, select

from digest.delivery.ledger import Closing, DeliveryStatus, Verdict
from digest.delivery.message import Reader
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.tables import Attempt, Delivery, Sender
from digest.editions.edition import Edition, EditionEvent
from digest.editions.store import change_status
from subscribers.instant import Instant
from subscribers.store import may_be_mailed
from subscribers.tables import Subscriber, Subscription

LEFT = "the reader left, or must not be mailed, before this was sent"
ABANDONED = "its sender died with this in hand: it may or may not have gone out"
NEVER_TRIED = "the deadline passed before this was tried"
DEADLINE_PASSED = "the deadline passed before the relay took this"


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in our hands: who it is for, and the number of this attempt, from 1."""

    reader: Reader
    attempt: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What is still open: when the next delivery is due (UTC, None for none), and how many others have in hand."""

    next_due: datetime | None
    claimed: int


def freeze_audience(session: Session, edition: Edition, now: datetime) -> None:
    """Queue the edition for everybody who may be mailed, in one statement (law 2)."""
    at = literal(now, type_=Instant())
    queued = literal(DeliveryStatus.QUEUED.value)
    audience = (
        select(literal(edition.id), col(Subscriber.id), col(Subscription.id), queued, literal(0), at, at)  # type: ignore[call-overload]  # more columns than its overloads have
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(Subscription.newsletter == edition.newsletter, may_be_mailed())
    )
    columns = ["edition_id", "subscriber_id", "subscription_id", "status", "attempts", "next_attempt_at", "changed_at"]
    session.execute(insert(Delivery).from_select(columns, audience))


def audience_size(session: Session, newsletter: str) -> int:
    """Return how many readers would be mailed if *newsletter* were published now."""
    return session.exec(
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(Subscription.newsletter == newsletter, may_be_mailed())
    ).one()


def claim(session: Session, edition: Edition, sender: str, now: datetime, most: int) -> list[Claim]:
    """Take up to *most* due deliveries into *sender*'s hands.

    The statement that claims reads the reader's standing again: whoever left since the audience was frozen
    becomes `skipped` in the same breath and is not returned (law 5).
    """
    welcome = exists().where(
        col(Subscription.id) == Delivery.subscription_id,
        col(Subscriber.id) == Delivery.subscriber_id,
        may_be_mailed(),
    )
    taken = session.execute(
        update(Delivery)
        .where(
            col(Delivery.edition_id) == edition.id,
            col(Delivery.status) == DeliveryStatus.QUEUED.value,
            col(Delivery.subscriber_id).in_(select(_due(edition, now, most).c.subscriber_id)),
        )
        .values(
            status=case((welcome, DeliveryStatus.CLAIMED.value), else_=DeliveryStatus.SKIPPED.value),
            attempts=col(Delivery.attempts) + case((welcome, 1), else_=0),
            reply=case((welcome, None), else_=LEFT),
            claimed_by=sender,
            changed_at=now,
        )
        .returning(col(Delivery.subscriber_id), col(Delivery.status), col(Delivery.attempts))
        .execution_options(synchronize_session=False)
    ).all()
    attempts = {number: attempt for number, status, attempt in taken if status == DeliveryStatus.CLAIMED.value}
    return [Claim(reader, attempts[reader.subscriber_id]) for reader in _readers(session, edition, list(attempts))]


def record(
    session: Session, edition: Edition, sender: str, claim: Claim, outcome: Outcome, verdict: Verdict, now: datetime
) -> None:
    """Write down what an attempt came to, while the delivery is still *sender*'s."""
    # A sender that was thought dead and was only slow may still tell what it knows: unknown → known.
    session.execute(
        _ours(edition, claim.reader.subscriber_id, sender)
        .values(
            status=verdict.status.value,
            next_attempt_at=verdict.next_attempt_at,
            changed_at=now,
            reply_code=outcome.code,
            enhanced_code=outcome.enhanced_code,
            reply=outcome.reply,
        )
        .execution_options(synchronize_session=False)
    )
    if outcome.kind is not OutcomeKind.SENT:
        session.add(
            Attempt(
                edition_id=edition.id,
                subscriber_id=claim.reader.subscriber_id,
                number=claim.attempt,
                outcome=outcome.kind.value,
                at=now,
                reply_code=outcome.code,
                enhanced_code=outcome.enhanced_code,
                reply=outcome.reply,
            )
        )


def queue(session: Session, edition: Edition) -> Queue:
    """Return what of *edition* is still open."""
    of_edition = col(Delivery.edition_id) == edition.id
    next_due = session.exec(
        select(func.min(Delivery.next_attempt_at)).where(of_edition, _has(DeliveryStatus.QUEUED))
    ).one()
    claimed = session.exec(select(func.count()).where(of_edition, _has(DeliveryStatus.CLAIMED))).one()
    return Queue(next_due, claimed)


def closing(session: Session, edition: Edition) -> Closing:
    """Return the closing equation as the ledger has it now."""
    rows = session.exec(
        select(Delivery.status, func.count()).where(Delivery.edition_id == edition.id).group_by(col(Delivery.status))
    )
    return Closing.of({DeliveryStatus(status): count for status, count in rows})


def give_up_queue(session: Session, edition: Edition, now: datetime) -> None:
    """Settle what is queued after the deadline: failed where it was tried, skipped where it never was."""
    tried = col(Delivery.attempts) > 0
    session.execute(
        update(Delivery)
        .where(col(Delivery.edition_id) == edition.id, _has(DeliveryStatus.QUEUED))
        .values(
            status=case((tried, DeliveryStatus.FAILED.value), else_=DeliveryStatus.SKIPPED.value),
            reply=case((tried, func.coalesce(Delivery.reply, DEADLINE_PASSED)), else_=NEVER_TRIED),
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def mark_abandoned(session: Session, edition: Edition, alive_since: datetime, now: datetime) -> int:
    """Make unknown what senders without a heartbeat since *alive_since* (UTC) had in hand; return how many."""
    alive = select(Sender.id).where(col(Sender.heartbeat_at) >= alive_since)
    result = session.execute(
        update(Delivery)
        .where(
            col(Delivery.edition_id) == edition.id,
            _has(DeliveryStatus.CLAIMED),
            col(Delivery.claimed_by).not_in(alive),
        )
        .values(status=DeliveryStatus.UNKNOWN.value, reply=ABANDONED, changed_at=now)
        .returning(col(Delivery.subscriber_id))
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


def resolve_unknown(session: Session, edition: Edition, status: DeliveryStatus, now: datetime) -> int:
    """Give every unknown delivery *status*, as a person decided; return how many there were."""
    result = session.execute(
        update(Delivery)
        .where(col(Delivery.edition_id) == edition.id, _has(DeliveryStatus.UNKNOWN))
        .values(status=status.value, next_attempt_at=now, claimed_by=None, changed_at=now)
        .returning(col(Delivery.subscriber_id))
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


def settle(session: Session, edition: Edition, now: datetime) -> Closing:
    """Close the edition when nothing is open any more, and store its equation (law 2)."""
    sums = closing(session, edition)
    if sums.is_settled:
        row = change_status(session, edition, EditionEvent.SETTLE)
        row.settled_at = now
        row.eligible, row.sent, row.failed = sums.eligible, sums.sent, sums.failed
        row.unknown, row.skipped = sums.unknown, sums.skipped
    return sums


def beat(session: Session, sender: str, host: str, now: datetime) -> None:
    """Say that *sender* is alive; the first beat signs it on."""
    row = session.get(Sender, sender) or Sender(id=sender, host=host, started_at=now, heartbeat_at=now)
    row.heartbeat_at = now
    session.add(row)


def _due(edition: Edition, now: datetime, most: int) -> CTE:
    # Several senders on PostgreSQL step past the rows another one is just taking; SQLite has one writer.
    # It must be a CTE: a plain subquery may be run once for each row of the outer one, and then takes more than *most*.
    return (
        select(col(Delivery.subscriber_id))
        .where(
            col(Delivery.edition_id) == edition.id,
            _has(DeliveryStatus.QUEUED),
            col(Delivery.next_attempt_at) <= now,
        )
        .order_by(col(Delivery.next_attempt_at), col(Delivery.subscriber_id))
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )


def _readers(session: Session, edition: Edition, numbers: list[int]) -> list[Reader]:
    if not numbers:
        return []
    found = session.exec(
        select(Subscriber.id, Delivery.subscription_id, Subscriber.email, Subscriber.name)
        .join(Delivery, col(Delivery.subscriber_id) == col(Subscriber.id))
        .where(Delivery.edition_id == edition.id, col(Subscriber.id).in_(numbers))
        .order_by(col(Subscriber.id))
    )
    return [Reader(number, subscription, email, name) for number, subscription, email, name in found if number]


def _ours(edition: Edition, subscriber_id: int, sender: str) -> Update:
    return update(Delivery).where(
        col(Delivery.edition_id) == edition.id,
        col(Delivery.subscriber_id) == subscriber_id,
        col(Delivery.claimed_by) == sender,
        col(Delivery.status).in_([DeliveryStatus.CLAIMED.value, DeliveryStatus.UNKNOWN.value]),
    )


def _has(status: DeliveryStatus) -> ColumnElement[bool]:
    return col(Delivery.status) == status.value
