"""The SQL of the lifecycle between signing up and leaving: asked, confirmed, paused, resumed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subscribers.consent_store import log_event, record_move
from subscribers.store import Standing, checked_move, lock_subscription, standing_of
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus, moves_of
from subscribers.suppression_store import SuppressedAddressError, is_suppressed, suppressed
from subscribers.tables import Subscriber, Subscription

PAUSE_OVER = "the pause was over"
UNCONFIRMED = (SubscriptionStatus.PENDING, SubscriptionStatus.RETURNING)


def mark_asked(session: Session, subscriber_id: int, mail: int) -> tuple[str, ...]:
    """Note that the mail with this number asks the reader to confirm; return the newsletters it asks about.

    What an earlier mail asks about keeps that one's number, so that its button stays good. A suppressed reader is not
    asked at all (B11).
    """
    allowed = select(col(Subscriber.id)).where(col(Subscriber.id) == subscriber_id, ~suppressed())
    rows = session.exec(
        select_rows(Subscription)
        .where(col(Subscription.subscriber_id).in_(allowed), stands_at(*UNCONFIRMED))
        .order_by(col(Subscription.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.asked_in = mail if row.asked_in is None else row.asked_in
    return tuple(sorted(row.newsletter for row in rows if row.asked_in is not None and row.asked_in <= mail))


def confirm(
    session: Session, subscriber_id: int, mail: int, *, provenance: str, now: datetime, also: Collection[str] = ()
) -> tuple[Standing, ...]:
    """Confirm what the mail with this number asks about; return where the reader stands with that, by newsletter.

    *also* are newsletters that the reader ticked beside it: a stranger's further sign-up must not ride on the
    reader's own confirmation (S14). Pressing again changes nothing (S02), and what they left since stays left.

    Raises:
        SuppressedAddressError: the address must never be mailed; nothing was changed.
    """
    if is_suppressed(session, subscriber_id):
        raise SuppressedAddressError(f"subscriber {subscriber_id} must not be mailed: suppressed")
    meant = or_(col(Subscription.asked_in) <= mail, col(Subscription.newsletter).in_(also))
    rows = session.exec(
        select_rows(Subscription)
        .where(Subscription.subscriber_id == subscriber_id, meant)
        .order_by(col(Subscription.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    moves = moves_of(SubscriptionEvent.CONFIRM)
    for row in rows:
        after = moves.get(SubscriptionStatus(row.status))
        if after and after.value != row.status:
            record_move(session, row, SubscriptionEvent.CONFIRM, after, provenance=provenance, now=now)
    return tuple(sorted(map(standing_of, rows), key=lambda standing: standing.newsletter))


def pause(
    session: Session, subscription_id: int, until: datetime, *, provenance: str, now: datetime
) -> Subscription | None:
    """Send nothing on this subscription before *until* (UTC); None when the reader was erased long ago.

    A pause under way gets the new end; with the end it has already, nothing changes and nothing is logged.

    Raises:
        ValueError: *until* is not after *now*.
        SuppressedAddressError: the address must never be mailed; nothing was changed.
        IllegalMoveError: the reader does not get this newsletter.
    """
    if until <= now:
        raise ValueError(f"a pause until {until.isoformat()} would be over already")
    subscription = lock_subscription(session, subscription_id)
    if subscription is None:
        return None
    event = SubscriptionEvent.PAUSE
    after = checked_move(session, subscription, event)
    if (subscription.status, subscription.paused_until) != (after.value, until):
        record_move(session, subscription, event, after, provenance=provenance, now=now, paused_until=until)
    return subscription


def resume_due(session: Session, now: datetime) -> int:
    """Make all active whose pause is over at *now* (UTC); return how many they are.

    Part of the transaction that freezes an audience, so that who may be mailed is a question without a clock. Who is
    suppressed stays where they are (B11).
    """
    resumed = moves_of(SubscriptionEvent.RESUME)[SubscriptionStatus.PAUSED]
    over = (stands_at(SubscriptionStatus.PAUSED), col(Subscription.paused_until) <= now)
    # Locked in the order of their numbers: whoever else locks several does so too, and none waits in a circle. By the
    # plain number SQLite would walk over the whole table in that order, and not look into the index.
    due = (
        select(col(Subscription.id))
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(*over, ~suppressed())
        .order_by(col(Subscription.id) + 0)
        .with_for_update(of=Subscription)
    )
    numbers = [number for number in session.scalars(due) if number]
    if not numbers:
        return 0
    values = {"status": resumed.value, "changed_at": now, "paused_until": None}
    session.execute(update(Subscription), [{"id": number, **values} for number in numbers])
    log_event(session, numbers, SubscriptionEvent.RESUME, provenance=PAUSE_OVER, now=now)
    return len(numbers)


def stands_at(*statuses: SubscriptionStatus) -> ColumnElement[bool]:
    """Return the condition on Subscription that it stands at one of *statuses*.

    They are written into the statement, and one of them as an equality: otherwise SQLite would not look into the
    partial indexes.
    """
    written: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in statuses]
    status = col(Subscription.status)
    return status == written[0] if len(written) == 1 else status.in_(written)
