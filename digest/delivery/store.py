"""The SQL of the ledger: freezing the audience, claiming, recording, counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CTE, ColumnElement, Update, case, false, func, insert, literal, or_, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col, exists, select

from digest.delivery.ledger import Closing, DeliveryStatus, Verdict
from digest.delivery.message import Reader
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.tables import Attempt, Delivery, Sender
from digest.editions.edition import Edition, EditionEvent, EditionStatus, move
from digest.editions.tables import EditionRow
from subscribers.instant import Instant
from subscribers.store import may_be_mailed
from subscribers.tables import Subscriber, Subscription

LEFT = "the reader left, or must not be mailed, before this was sent"
ABANDONED = "its sender died with this in hand: it may or may not have gone out"
DEAD_AFTER = timedelta(seconds=20)
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
    """Queue the edition for everybody who may be mailed, in one statement, and keep how many they are (law 2)."""
    at = literal(now, type_=Instant())
    queued = literal(DeliveryStatus.QUEUED.value)
    audience = (
        select(literal(edition.id), col(Subscriber.id), col(Subscription.id), queued, literal(0), at, at)  # type: ignore[call-overload]  # more columns than its overloads have
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(Subscription.newsletter == edition.newsletter, may_be_mailed())
    )
    columns = ["edition_id", "subscriber_id", "subscription_id", "status", "attempts", "next_attempt_at", "changed_at"]
    session.execute(insert(Delivery).from_select(columns, audience))
    frozen = session.exec(select(func.count()).where(col(Delivery.edition_id) == edition.id)).one()
    session.get_one(EditionRow, edition.id).eligible = frozen


def audience_size(session: Session, newsletter: str, domains: Sequence[str] = ()) -> int:
    """Return how many readers would be mailed if *newsletter* were published now; of *domains* only, if given."""
    at = (f"@{domain}" for domain in domains)
    of_domains = or_(false(), *(col(Subscriber.email_key).endswith(each, autoescape=True) for each in at))
    return session.exec(
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(Subscription.newsletter == newsletter, may_be_mailed(), *([of_domains] if domains else []))
    ).one()


def claim(session: Session, edition: Edition, sender: str, now: datetime, most: int) -> list[Claim]:
    """Take up to *most* due deliveries into *sender*'s hands; none are left when none are returned.

    The statement that claims reads the reader's standing again: whoever left since the audience was frozen
    becomes `skipped` in the same breath and is not returned (law 5).
    """
    while taken := session.execute(claim_statement(edition, sender, now, most)).all():
        if attempts := {number: attempt for number, status, attempt in taken if status == DeliveryStatus.CLAIMED}:
            readers = _readers(session, edition, list(attempts))
            return [Claim(reader, attempts[reader.subscriber_id]) for reader in readers]
    return []


def claim_statement(edition: Edition, sender: str, now: datetime, most: int) -> ReturningUpdate[int, str, int]:
    """Return the statement that claims, or skips, up to *most* due deliveries: reader, status, attempt of each."""
    welcome = exists().where(
        col(Subscription.id) == Delivery.subscription_id,
        col(Subscriber.id) == Delivery.subscriber_id,
        may_be_mailed(),
    )
    return (
        update(Delivery)
        .where(
            col(Delivery.edition_id) == edition.id,
            # That they are queued is asked in there; asked again here, SQLite would walk the whole queue.
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
    )


def give_back(session: Session, edition: Edition, sender: str, claim: Claim, now: datetime) -> None:
    """Queue a claimed delivery again as if it had never been claimed: the relay, not the reader, was refused."""
    session.execute(
        _ours(edition, claim.reader.subscriber_id, sender)
        .values(status=DeliveryStatus.QUEUED.value, attempts=claim.attempt - 1, claimed_by=None, changed_at=now)
        .execution_options(synchronize_session=False)
    )


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
    eligible = session.exec(select(EditionRow.eligible).where(EditionRow.id == edition.id)).one()
    return Closing.of(eligible or 0, {DeliveryStatus(status): count for status, count in rows})


def give_up_queue(session: Session, edition: Edition, now: datetime) -> None:
    """Fail what is still queued, once the deadline in the edition's row has passed.

    The row and not the caller knows the deadline: another process may have moved it with `--late`.
    """
    deadline = select(EditionRow.deadline).where(EditionRow.id == edition.id).scalar_subquery()
    never_tried = col(Delivery.attempts) == 0
    session.execute(
        update(Delivery)
        .where(col(Delivery.edition_id) == edition.id, _has(DeliveryStatus.QUEUED), deadline <= now)
        .values(
            status=DeliveryStatus.FAILED.value,
            reply=case((never_tried, NEVER_TRIED), else_=func.coalesce(Delivery.reply, DEADLINE_PASSED)),
            changed_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def mark_abandoned(session: Session, edition: Edition, now: datetime) -> None:
    """Make unknown what senders whose heart stopped beating had in hand."""
    alive = select(Sender.id).where(col(Sender.heartbeat_at) >= now - DEAD_AFTER)
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.edition_id) == edition.id,
            _has(DeliveryStatus.CLAIMED),
            col(Delivery.claimed_by).not_in(alive),
        )
        .values(status=DeliveryStatus.UNKNOWN.value, reply=ABANDONED, changed_at=now)
        .execution_options(synchronize_session=False)
    )


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
    row = session.get_one(EditionRow, edition.id, with_for_update=True)
    sums = closing(session, edition)
    if sums.is_settled:
        row.settled_at = row.settled_at if row.status == EditionStatus.SENT else now
        row.status = move(EditionStatus(row.status), EditionEvent.SETTLE).value
        row.sent, row.failed, row.unknown, row.skipped = sums.sent, sums.failed, sums.unknown, sums.skipped
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
