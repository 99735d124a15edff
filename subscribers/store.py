"""The SQL about subscribers: who is on a newsletter, who came, who left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlmodel import Session, col, select

from subscribers.address import EmailAddress
from subscribers.consent_store import NO_FORM, Evidence, insert_into, record_move
from subscribers.subscriber import LEAVING, SubscriptionEvent, SubscriptionStatus, move
from subscribers.suppression_store import SuppressedAddressError, is_suppressed, suppressed, suppressed_keys
from subscribers.tables import Subscriber, Subscription, Suppression, number_of
from subscribers.tokens import Keyring


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to put on a newsletter: a valid address and, perhaps, a name and the IANA zone that they live in."""

    address: EmailAddress
    name: str = ""
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """How readers come in: onto which newsletter, and on whose word (*provenance*)."""

    newsletter: str
    provenance: str
    keyring: Keyring
    now: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reader stands with one newsletter, and since when (UTC); until when is only known of one who pauses."""

    subscription_id: int
    newsletter: str
    status: SubscriptionStatus
    changed_at: datetime
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReaderStandings:
    """The reader behind a link: their address, and where they stand with each newsletter, by its slug.

    `is_suppressed` says that nothing may be mailed there, whatever the standings say (B11). `timezone` is the IANA zone
    that they live in, None where nobody knows.
    """

    address: str
    is_suppressed: bool
    standings: tuple[Standing, ...]
    timezone: str | None = None

    def of(self, subscription_id: int) -> Standing:
        """Return the standing with this number, which must be one of this reader's."""
        return next(standing for standing in self.standings if standing.subscription_id == subscription_id)


def may_be_mailed() -> ColumnElement[bool]:
    """Return the condition on (Subscription, Subscriber) under which mail may go out.

    Every statement that freezes an audience or claims a recipient uses this one, so that leaving wins
    (law 5) and suppression outranks everything (B11).
    """
    return (col(Subscription.status) == SubscriptionStatus.ACTIVE.value) & ~suppressed()


def mailable(newsletter: str) -> Select[Any, Any]:
    """Return the query for all on *newsletter* who may be mailed: subscriber and subscription, by subscriber.

    It finds exactly those for whom `may_be_mailed` holds, but goes out from those who are suppressed, who are few,
    and not from each of a million readers.
    """
    gone = (
        select(col(Subscriber.id).label("id"))
        .select_from(Suppression)
        .outerjoin(Subscriber, col(Subscriber.address_hash) == col(Suppression.address_hash))
        .subquery("gone")
    )
    return (
        select(col(Subscription.subscriber_id), col(Subscription.id))
        .outerjoin(gone, gone.c.id == col(Subscription.subscriber_id))
        .where(
            col(Subscription.newsletter) == newsletter,
            col(Subscription.status) == SubscriptionStatus.ACTIVE.value,
            gone.c.id.is_(None),
        )
        .order_by(col(Subscription.subscriber_id))
    )


def subscribe_imported(
    session: Session, newcomers: Sequence[Newcomer], intake: Intake
) -> dict[str, SubscriptionStatus | None]:
    """Put *newcomers* on the newsletter as an import may; return each key's standing before.

    Somebody who left stays away (S19). Meant for some hundred at a time.
    """
    return _bring(session, newcomers, intake, SubscriptionEvent.IMPORT)


def sign_up_row(
    session: Session, newcomer: Newcomer, intake: Intake, evidence: Evidence = NO_FORM
) -> SubscriptionStatus | None:
    """Put one who was signed up, perhaps by a stranger, on the newsletter; return where they stood before.

    They are not mailed before they confirm: whoever is new is pending now, whoever had left is returning.

    Raises:
        SuppressedAddressError: the address must never be mailed; nothing was written.
    """
    key = newcomer.address.key
    if suppressed_keys(session, [key], intake.keyring):
        raise SuppressedAddressError("who was signed up must not be mailed: the address is suppressed")
    return _bring(session, [newcomer], intake, SubscriptionEvent.SIGN_UP, evidence)[key]


def change_standing(
    session: Session, subscription_id: int, event: SubscriptionEvent, *, provenance: str, now: datetime
) -> Subscription | None:
    """Move one subscription by *event* and log it; None when the reader was erased long ago.

    Moving it where it already stands changes nothing and logs nothing, so a repeated one-click is harmless (S03).

    Raises:
        SuppressedAddressError: the address is suppressed and *event* is not leaving; nothing was changed.
        IllegalMoveError: there is no such move from where it stands.
        ValueError: *event* is PAUSE, which `lifecycle_store.pause` is for: a pause must have an end.
    """
    if event is SubscriptionEvent.PAUSE:
        raise ValueError("a pause must have an end")
    subscription = lock_subscription(session, subscription_id)
    if subscription is None:
        return None
    after = checked_move(session, subscription, event)
    if after.value != subscription.status:
        record_move(session, subscription, event, after, provenance=provenance, now=now)
    return subscription


def lock_subscription(session: Session, subscription_id: int) -> Subscription | None:
    """Return the subscription as it stands, which nobody else moves before the transaction ends; None: erased."""
    # Read anew: what the session may have read of it before the lock is not where it stands.
    found = session.exec(
        select(Subscription)
        .where(Subscription.id == subscription_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


def lock_reader(session: Session, subscription_id: int) -> Subscriber | None:
    """Return whose subscription this is: nobody moves or erases them before the transaction ends. None: erased."""
    whose = select(Subscription.subscriber_id).where(Subscription.id == subscription_id).scalar_subquery()
    held = select(Subscriber).where(Subscriber.id == whose).with_for_update()
    return session.exec(held.execution_options(populate_existing=True)).one_or_none()


def checked_move(session: Session, subscription: Subscription, event: SubscriptionEvent) -> SubscriptionStatus:
    """Return where *event* leads *subscription*, if its address may do that.

    Raises:
        SuppressedAddressError: the address is suppressed and *event* is not leaving (B11).
        IllegalMoveError: there is no such move from where it stands.
    """
    after = move(SubscriptionStatus(subscription.status), event)
    if event not in LEAVING and is_suppressed(session, subscription.subscriber_id):
        raise SuppressedAddressError(f"the reader of subscription {subscription.id} must not be mailed: suppressed")
    return after


def reader_standings(session: Session, subscription_id: int) -> ReaderStandings | None:
    """Return the reader whose subscription this is, with all of theirs; None when they were erased long ago."""
    theirs = select(Subscription.subscriber_id).where(Subscription.id == subscription_id)
    rows = session.exec(
        select(Subscription, Subscriber.email, suppressed(), Subscriber.timezone)
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscriber.id).in_(theirs))
        .order_by(col(Subscription.newsletter))
    ).all()
    if not rows:
        return None
    _, address, is_suppressed, timezone = rows[0]
    return ReaderStandings(address, is_suppressed, tuple(standing_of(row) for row, *_ in rows), timezone)


def keep_timezone(session: Session, key: str, timezone: str | None) -> bool:
    """Keep in which zone the reader lives whose address has this *key*; None forgets it. False: there is no reader.

    What is on its way to them stays due when it was.
    """
    found = session.exec(select(Subscriber).where(Subscriber.email_key == key).with_for_update()).one_or_none()
    if found is None:
        return False
    found.timezone = timezone
    session.add(found)
    return True


def standing_of(row: Subscription) -> Standing:
    """Return the value of a stored subscription."""
    return Standing(number_of(row), row.newsletter, SubscriptionStatus(row.status), row.changed_at, row.paused_until)


def standing_counts(session: Session) -> dict[str, dict[str, int]]:
    """Return how many readers stand where: newsletter → status → count."""
    counts: dict[str, dict[str, int]] = {}
    rows = session.exec(
        select(Subscription.newsletter, Subscription.status, func.count())
        .group_by(Subscription.newsletter, Subscription.status)
        .order_by(Subscription.newsletter, Subscription.status)
    )
    for newsletter, status, count in rows:
        counts.setdefault(newsletter, {})[status] = count
    return counts


def _bring(
    session: Session,
    newcomers: Sequence[Newcomer],
    intake: Intake,
    event: SubscriptionEvent,
    evidence: Evidence = NO_FORM,
) -> dict[str, SubscriptionStatus | None]:
    """Move *newcomers* by *event*, with a row made where there was none; return each key's standing before."""
    subscribers = _subscribers(session, newcomers, intake)
    standing = _subscriptions(session, intake.newsletter, subscribers.values())
    before: dict[str, SubscriptionStatus | None] = {}
    for key, subscriber in subscribers.items():
        subscription = standing.get(subscriber.id)
        before[key] = SubscriptionStatus(subscription.status) if subscription else None
        after = move(before[key], event)
        if after != before[key]:
            subscription = subscription or Subscription(
                subscriber_id=number_of(subscriber), newsletter=intake.newsletter, status="", changed_at=intake.now
            )
            record_move(
                session, subscription, event, after, provenance=intake.provenance, now=intake.now, evidence=evidence
            )
    return before


def _subscribers(session: Session, newcomers: Sequence[Newcomer], intake: Intake) -> dict[str, Subscriber]:
    """Return the row of every newcomer by key, made where there was none; of several spellings the first counts."""
    wanted = {newcomer.address.key: newcomer for newcomer in reversed(newcomers)}
    rows: dict[str, Subscriber] = {}
    # Once is enough, unless somebody who was there is being erased at this very moment.
    while missing := sorted(wanted.keys() - rows.keys()):
        rows |= _made_or_found(session, [_as_row(wanted[key], intake) for key in missing])
    return {key: rows[key] for key in wanted}


def _made_or_found(session: Session, wanted: list[dict[str, Any]]) -> dict[str, Subscriber]:
    # In the order of their keys, and past those whom another import is just adding: two imports at once can
    # neither trip over one reader nor wait for each other in a circle.
    session.execute(
        insert_into(session, Subscriber).values(wanted).on_conflict_do_nothing(index_elements=["email_key"])
    )
    keys = [row["email_key"] for row in wanted]
    theirs = select(Subscriber).where(col(Subscriber.email_key).in_(keys)).order_by(col(Subscriber.id))
    return {row.email_key: row for row in session.exec(theirs.with_for_update())}


def _as_row(newcomer: Newcomer, intake: Intake) -> dict[str, Any]:
    return {
        "email": str(newcomer.address),
        "email_key": newcomer.address.key,
        "address_hash": intake.keyring.address_hash(newcomer.address.key),
        "name": newcomer.name,
        "timezone": newcomer.timezone,
        "created_at": intake.now,
    }


def _subscriptions(
    session: Session, newsletter: str, subscribers: Iterable[Subscriber]
) -> dict[int | None, Subscription]:
    found = session.exec(
        select(Subscription)
        .where(
            Subscription.newsletter == newsletter,
            col(Subscription.subscriber_id).in_([subscriber.id for subscriber in subscribers]),
        )
        .with_for_update()  # who leaves at this very moment has left (law 5)
    )
    return {row.subscriber_id: row for row in found}
