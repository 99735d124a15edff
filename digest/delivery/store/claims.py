"""Claims: deliveries taken in hand by one sender, and given back."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, String, Update, bindparam, case, func, null, select, update
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, col

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.message import Reader
from digest.delivery.store.rows import DELIVERY, ROW, ForEachRow, has, is_sqlite, same
from digest.editions.edition import Edition, EditionStatus
from digest.editions.tables import EditionRow
from subscribers.instant import Instant
from subscribers.store import may_be_mailed
from subscribers.tables import Subscriber, Subscription

# What its sender may still tell of; one that is unknown for good has no sender.
HELD = (DeliveryStatus.CLAIMED, DeliveryStatus.UNKNOWN)
LEFT = "the reader left, or must not be mailed, before this was sent"


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in our hands: who it is for, and the number of this attempt, from 1."""

    reader: Reader
    attempt: int


def claim(session: Session, edition: Edition, sender: str, now: datetime, most: int) -> list[Claim]:
    """Take up to *most* due deliveries into *sender*'s hands; none are left when none are returned.

    The statement that claims reads the reader's standing again: whoever left since the audience was frozen
    becomes `skipped` in the same breath and is not returned (law 5).
    """
    asked = {"edition": edition.id, "sender": sender, "now": now, "most": most}
    take = _take_on_sqlite if is_sqlite(session) else _take
    while taken := take(session, asked):
        claims = [
            Claim(Reader(number, subscription, email, name), attempt)
            for number, subscription, status, attempt, email, name in sorted(taken, key=itemgetter(0))
            if status == DeliveryStatus.CLAIMED
        ]
        if claims:
            return claims
    return []


def _take(session: Session, asked: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Claim, or skip, what is due: subscriber, subscription, status, attempt, address and name of each."""
    return session.execute(_claiming().returning(*_TAKEN), asked).all()


def _take_on_sqlite(session: Session, asked: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Do as `_take` does. Nobody else writes in between: what is due at first is what is claimed.

    A thousand rows come as one, of JSON. For each row of its own SQLite would let go of the interpreter's lock and
    want it back, against an event loop that has it: that takes thirty times as long.
    """
    due = session.execute(_DUE_ON_SQLITE, asked).scalar_one()
    if due == "[]":
        return []
    session.execute(_claiming(), asked)
    taken: list[list[Any]] = json.loads(session.execute(_TAKEN_ON_SQLITE, {**asked, "due": due}).scalar_one())
    return taken


@cache
def _claiming() -> Update:
    """Return the statement that claims, or skips, up to `most` due deliveries of `edition` for `sender` at `now`."""
    judged = _judged(_due().cte("due"))
    return (
        update(DELIVERY)
        .where(*same(judged))
        .values(
            status=case((judged.c.welcome == 1, DeliveryStatus.CLAIMED.value), else_=DeliveryStatus.SKIPPED.value),
            attempts=ROW.attempts + judged.c.welcome,
            reply=case((judged.c.welcome == 1, null()), else_=LEFT),
            claimed_by=bindparam("sender"),
            changed_at=bindparam("now", type_=Instant()),
        )
    )


def give_back(
    session: Session, edition: Edition, sender: str, claims: Sequence[tuple[Claim, datetime]], now: datetime
) -> None:
    """Queue *claims* again as if they had never been made, each due at its instant (UTC)."""
    again = [(claim.reader.subscriber_id, claim.attempt, due) for claim, due in claims]
    queue_again(session, edition.id, sender, again, now)


def give_back_strays(session: Session, edition: Edition, sender: str, in_hand: Collection[int], now: datetime) -> None:
    """Give back at once what *sender* holds by the ledger, and does not know of: all but the subscribers *in_hand*.

    A commit that seemed to fail may have claimed them all the same.
    """
    held = held_by(session, edition.id, sender, [DeliveryStatus.CLAIMED])
    known = set(in_hand)
    strays = [(number, attempt, now) for number, attempt in held.items() if number not in known]
    queue_again(session, edition.id, sender, strays, now)


def queue_again(
    session: Session, edition_id: int, sender: str, attempts: Sequence[tuple[int, int, datetime]], now: datetime
) -> None:
    """Undo claims known by subscriber and attempt, each due again at its instant (UTC), where they are *sender*'s."""
    _UNDO.run(session, attempts, edition=edition_id, sender=sender, now=now)


def held_by(
    session: Session, edition_id: int, sender: str, statuses: Iterable[DeliveryStatus] = HELD
) -> dict[int, int]:
    """Return what stands at *statuses* and is *sender*'s: subscriber to number of the attempt."""
    theirs = (ROW.edition_id == edition_id, ROW.claimed_by == sender)
    found = (select(ROW.subscriber_id, ROW.attempts).where(*theirs, has(status)) for status in statuses)
    return {number: attempt for query in found for number, attempt in session.execute(query)}


def in_hand(session: Session, subscription_id: int) -> bool:
    """Say whether a delivery of this subscription is claimed by a sender right now."""
    under_way = select(col(EditionRow.id)).where(col(EditionRow.status) == EditionStatus.SENDING.value)
    claimed = select(ROW.subscriber_id).where(
        ROW.edition_id.in_(under_way), ROW.subscription_id == subscription_id, has(DeliveryStatus.CLAIMED)
    )
    return session.execute(claimed.limit(1)).first() is not None


def _due() -> Select[Any, Any, Any]:
    # Several senders on PostgreSQL step past the rows another one is just taking; SQLite has one writer.
    # It must be a CTE: a plain subquery may be run once for each row of the outer one, and then takes more than *most*.
    return (
        select(ROW.edition_id, ROW.subscriber_id, ROW.subscription_id)
        .where(
            ROW.edition_id == bindparam("edition"),
            has(DeliveryStatus.QUEUED),
            ROW.next_attempt_at <= bindparam("now", type_=Instant()),
        )
        .order_by(ROW.next_attempt_at, ROW.subscriber_id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


def _judged(due: CTE) -> CTE:
    """Return who of *due* is welcome and who is not; it is looked up once for each."""
    # On PostgreSQL a reader may be leaving at this very moment: the lock waits, and reads where they stand then.
    welcome = (
        select(col(Subscription.id))
        .join(Subscriber, col(Subscriber.id) == due.c.subscriber_id)
        .where(col(Subscription.id) == due.c.subscription_id, may_be_mailed())
        .with_for_update(read=True, of=Subscription)
        .exists()
    )
    judged = select(due.c.edition_id, due.c.subscriber_id, case((welcome, 1), else_=0).label("welcome")).cte("judged")
    return judged.prefix_with("MATERIALIZED")


def still_with(sender: Mapping[str, ColumnElement[Any]]) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a delivery is, by its edition, subscriber, sender and attempt, one a *sender* holds."""
    return (
        ROW.edition_id == sender["edition"],
        ROW.subscriber_id == sender["subscriber"],
        ROW.claimed_by == sender["sender"],
        ROW.attempts == sender["attempt"],
        # Said by what it is not: by what it is, PostgreSQL would go through all claims to find each one.
        *(ROW.status != status.value for status in DeliveryStatus if status not in HELD),
    )


def _of_subscriber(column: Any) -> ColumnElement[Any]:
    return select(col(column)).where(col(Subscriber.id) == ROW.subscriber_id).correlate(DELIVERY).scalar_subquery()


_TAKEN = (
    *(ROW.subscriber_id, ROW.subscription_id, ROW.status, ROW.attempts),
    _of_subscriber(Subscriber.email).label("email"),
    _of_subscriber(Subscriber.name).label("name"),
)
_DUE_ON_SQLITE = select(func.json_group_array(_due().subquery().c.subscriber_id))
_TAKEN_ON_SQLITE = select(func.json_group_array(func.json_array(*_TAKEN))).where(
    ROW.edition_id == bindparam("edition"),
    ROW.subscriber_id.in_(select(func.json_each(bindparam("due")).table_valued("value").c.value)),
)
HOLDER: dict[str, TypeEngine[Any]] = {"edition": Integer(), "sender": String()}
HELD_BY_IT: dict[str, TypeEngine[Any]] = {"subscriber": Integer(), "attempt": Integer()}
_UNDO = ForEachRow(
    HELD_BY_IT | {"due": Instant()},
    lambda value, _insert: (
        update(DELIVERY)
        .where(*still_with(value))
        .values(
            status=DeliveryStatus.QUEUED.value,
            attempts=ROW.attempts - 1,
            claimed_by=None,
            next_attempt_at=value["due"],
            changed_at=value["now"],
        )
    ),
    common=HOLDER | {"now": Instant()},
)
