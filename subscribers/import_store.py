"""The SQL of an import: a batch of readers put on a newsletter by a handful of statements, however many they are.

What the database knows of a reader is looked up by a subquery for each staged row: PostgreSQL would turn a join into
one pass over a million readers for each batch, whenever it takes that for the cheaper way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select, update
from sqlmodel import Session, col

from subscribers.consent_store import insert_into
from subscribers.instant import Instant
from subscribers.staging import STAGED, StagedRow, stage
from subscribers.store import Intake
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus, moves_of
from subscribers.tables import Consent, Subscriber, Subscription, Suppression

_ROW = STAGED.c


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a batch: the places of those turned away as suppressed, and how many of the others stood where."""

    suppressed: frozenset[int]
    before: Mapping[SubscriptionStatus | None, int]


def take_in(session: Session, rows: Iterable[StagedRow], intake: Intake) -> TakenIn:
    """Put *rows*, whose keys must all differ, on the newsletter as an import may.

    Nobody suppressed comes in, nor is even stored (B11); somebody who left stays away (S19): where an import leads
    from each standing is `moves_of`'s to say.
    """
    staged = list(rows)
    stage(session, staged)
    suppressed = _turn_away(session)
    _find_subscribers(session, intake)
    if any(row.timezone for row in staged):
        _fill_in_timezones(session)
    _find_subscriptions(session, intake)
    before = _count_before(session)
    for status, after in moves_of(SubscriptionEvent.IMPORT).items():
        if before.get(status) and after != status:
            _move(session, status, after, intake)
    return TakenIn(suppressed, before)


def _turn_away(session: Session) -> frozenset[int]:
    """Take those who must never be mailed out of the staging table; return their places."""
    suppressed = select(literal(1)).where(col(Suppression.address_hash) == _ROW.address_hash).scalar_subquery()
    return frozenset(session.execute(delete(STAGED).where(suppressed == 1).returning(_ROW.place)).scalars())


def _find_subscribers(session: Session, intake: Intake) -> None:
    """Fill in every reader's number, and store those who are new: no number is spent on those who are not."""
    number = select(col(Subscriber.id)).where(col(Subscriber.email_key) == _ROW.email_key)
    nobody_yet = _ROW.subscriber_id.is_(None)
    newcomers = select(*(_ROW.email, _ROW.email_key, _ROW.address_hash, _ROW.name, _ROW.timezone, _at(intake))).where(
        nobody_yet
    )
    added = insert_into(session, Subscriber).from_select(_NEW_SUBSCRIBER, newcomers.order_by(_ROW.email_key))
    _fill_in(session, subscriber_id=number)
    while True:
        session.execute(added.on_conflict_do_nothing(index_elements=["email_key"]))  # another was just quicker
        _fill_in(session, nobody_yet, subscriber_id=number)
        if _all_are_held(session):
            return
        _fill_in(session, subscriber_id=number)  # somebody was erased at this very moment


def _all_are_held(session: Session) -> bool:
    """Lock every reader, in the order of their numbers as everybody does; False: one is no longer there."""
    in_order = select(_ROW.subscriber_id).order_by(_ROW.subscriber_id).offset(0).subquery()
    held = select(col(Subscriber.id)).where(col(Subscriber.id) == in_order.c.subscriber_id).with_for_update()
    each = select(held.scalar_subquery().label("id")).select_from(in_order).subquery()
    return not session.execute(select(func.count()).where(each.c.id.is_(None))).scalar_one()


def _fill_in_timezones(session: Session) -> None:
    """Keep the zones of readers of whom nobody knew any: what they said themselves counts for more than a file."""
    told = select(_ROW.timezone).where(_ROW.subscriber_id == col(Subscriber.id)).scalar_subquery()
    theirs = col(Subscriber.id).in_(select(_ROW.subscriber_id).where(_ROW.timezone.is_not(None)))
    filled = update(Subscriber).where(theirs, col(Subscriber.timezone).is_(None)).values(timezone=told)
    session.execute(filled, execution_options=_UNSEEN)


def _find_subscriptions(session: Session, intake: Intake) -> None:
    """Fill in the number of every subscription there is, and where it stands; who is just leaving has left (law 5)."""
    status = select(col(Subscription.status)).where(col(Subscription.id) == _ROW.subscription_id)
    _fill_in(session, subscription_id=_number_of_subscription(intake).with_for_update())
    _fill_in(session, before=status)


def _count_before(session: Session) -> dict[SubscriptionStatus | None, int]:
    rows = session.execute(select(_ROW.before, func.count()).group_by(_ROW.before))
    return {SubscriptionStatus(status) if status else None: count for status, count in rows}


def _move(session: Session, before: SubscriptionStatus | None, after: SubscriptionStatus, intake: Intake) -> None:
    """Bring everybody who stood at *before* to *after*, and log it (S13)."""
    theirs = _ROW.before.is_(None) if before is None else _ROW.before == before.value
    if before is None:
        _add(session, theirs, after, intake)
    else:
        # They agreed where the file is from: the import is their confirmation.
        moved = update(Subscription).where(col(Subscription.id).in_(select(_ROW.subscription_id).where(theirs)))
        standing = moved.values(status=after.value, changed_at=intake.now, confirmed_at=intake.now)
        session.execute(standing, execution_options=_UNSEEN)
    event, provenance = literal(SubscriptionEvent.IMPORT.value), literal(intake.provenance)
    logged = select(_ROW.subscription_id, event, _at(intake), provenance).where(theirs)
    session.execute(insert(Consent).from_select(["subscription_id", "event", "at", "provenance"], logged))


def _add(session: Session, theirs: ColumnElement[bool], after: SubscriptionStatus, intake: Intake) -> None:
    at = _at(intake)
    added = select(_ROW.subscriber_id, literal(intake.newsletter), literal(after.value), at, at).where(theirs)
    session.execute(insert(Subscription).from_select(_NEW_SUBSCRIPTION, added.order_by(_ROW.subscriber_id)))
    _fill_in(session, theirs, subscription_id=_number_of_subscription(intake))


def _fill_in(session: Session, *where: ColumnElement[bool], **found: Select[Any]) -> None:
    """Set a column of the staged rows to what a query finds for each, from the first row to the last."""
    values = {name: query.scalar_subquery() for name, query in found.items()}
    session.execute(update(STAGED).where(*where).values(values))


def _number_of_subscription(intake: Intake) -> Select[Any]:
    # Not by an index of newsletters: PostgreSQL takes one that it has not counted yet for a row or none, and would walk
    # over all its readers to find each.
    newsletter = col(Subscription.newsletter).concat("")
    return select(col(Subscription.id)).where(
        newsletter == intake.newsletter, col(Subscription.subscriber_id) == _ROW.subscriber_id
    )


def _at(intake: Intake) -> ColumnElement[Any]:
    return literal(intake.now, type_=Instant())


_NEW_SUBSCRIBER = ["email", "email_key", "address_hash", "name", "timezone", "created_at"]
_NEW_SUBSCRIPTION = ["subscriber_id", "newsletter", "status", "changed_at", "confirmed_at"]
_UNSEEN = {"synchronize_session": False}  # no row of the session's is looked at again
