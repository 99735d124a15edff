"""The SQL of suppression: addresses that must never be mailed, whatever else is known of them (B11, B12)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, literal
from sqlmodel import Session, col, exists, select

from subscribers.consent_store import insert_into
from subscribers.errors import SubscribersError
from subscribers.instant import Instant
from subscribers.subscriber import AddressEvent
from subscribers.tables import Consent, Subscriber, Subscription, Suppression
from subscribers.tokens import Keyring

# A mail that was on its way to the old address is answered by then.
MOVING = timedelta(hours=1)


class SuppressedAddressError(SubscribersError):
    """An address that must never be mailed was to do something else than leave (B11)."""


def suppressed() -> ColumnElement[bool]:
    """Return the condition on Subscriber that it must never be mailed (B11)."""
    return exists().where(col(Suppression.address_hash) == col(Subscriber.address_hash))


def is_suppressed(session: Session, subscriber_id: int) -> bool:
    """Say whether the address of the subscriber with this number must never be mailed (B11)."""
    found = session.exec(select(Subscriber.id).where(Subscriber.id == subscriber_id, suppressed()))
    return found.first() is not None


def is_hash_suppressed(session: Session, address_hash: str) -> bool:
    """Say whether the address with this keyed hash, a reader's or not, must never be mailed (B11)."""
    return session.get(Suppression, address_hash) is not None


def suppressed_keys(session: Session, keys: Iterable[str], keyring: Keyring) -> set[str]:
    """Return those of *keys* whose address must never be mailed."""
    hashes = {keyring.address_hash(key): key for key in keys}
    found = session.exec(select(Suppression.address_hash).where(col(Suppression.address_hash).in_(hashes)))
    return {hashes[address_hash] for address_hash in found}


def suppress(session: Session, key: str, *, keyring: Keyring, reason: str, now: datetime) -> None:
    """Never mail the address with this *key* again, on any newsletter."""
    suppress_hash(session, keyring.address_hash(key), reason, now)


def suppress_hash(session: Session, address_hash: str, reason: str, now: datetime) -> None:
    """Never mail the address with this keyed hash again; one that is suppressed stays so for the reason of then."""
    row = {"address_hash": address_hash, "reason": reason, "at": now}
    session.execute(insert_into(session, Suppression).values(row).on_conflict_do_nothing())


def suppress_subscribers(session: Session, numbers: Sequence[int], reason: str, now: datetime) -> None:
    """Never mail the subscribers with these *numbers* again, on any newsletter; at most some thousand at a time.

    Whoever is suppressed already stays so for the reason of then. *reason* must not name an address (B12). Whoever
    moved to another address within the hour before *now*, or since, is spared: it may be the old one that was refused.
    """
    theirs = (
        select(col(Subscriber.address_hash), literal(reason), literal(now, type_=Instant()))
        .where(col(Subscriber.id).in_(numbers), ~_moved_since(now - MOVING))
        .order_by(col(Subscriber.address_hash))  # two that add the same ones at once must not wait in a circle
    )
    added = insert_into(session, Suppression).from_select(["address_hash", "reason", "at"], theirs)
    session.execute(added.on_conflict_do_nothing())


def _moved_since(moment: datetime) -> ColumnElement[bool]:
    """Return the condition on Subscriber that they changed their address after *moment* (UTC)."""
    return exists().where(
        col(Subscription.subscriber_id) == col(Subscriber.id),
        col(Consent.subscription_id) == col(Subscription.id),
        col(Consent.event) == AddressEvent.CHANGE_ADDRESS.value,
        col(Consent.at) > moment,
    )
