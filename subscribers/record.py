"""A reader's record: all that is kept about one address and its owner's consent."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from subscribers.disposable import is_disposable
from subscribers.tables import Consent, Subscriber, Subscription, Suppression, number_of
from subscribers.tokens import Keyring


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """What happened to a subscription, when (UTC), and on whose word.

    Of a form that was filled in, *wording* is the version of its text, *ip* the truncated network it came from, and
    *page* the page it stood on (S13).
    """

    event: str
    at: datetime
    provenance: str
    wording: str | None = None
    ip: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedSubscription:
    """Where the reader stands with a newsletter, since when (UTC), and how that came about, oldest first.

    `confirmed_at` is when they last agreed, None while they have not; `paused_until` is for who pauses (both UTC).
    """

    subscription_id: int
    newsletter: str
    status: str
    changed_at: datetime
    consent: tuple[ConsentEvent, ...]
    confirmed_at: datetime | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedReader:
    """The owner of an address, since when they are known (UTC), and their subscriptions by newsletter.

    `timezone` is the IANA zone that they live in, as far as it is known. `is_disposable` flags a mailbox for minutes,
    as far as such domains are known today (S12).
    """

    subscriber_id: int
    address: str
    name: str
    created_at: datetime
    subscriptions: tuple[RecordedSubscription, ...]
    is_disposable: bool = False
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedSuppression:
    """Why an address must never be mailed, and since when (UTC)."""

    reason: str
    at: datetime


def find_reader(session: Session, key: str) -> RecordedReader | None:
    """Return the reader whose address has this *key*; None when there is none, or they were erased."""
    row = session.exec(select(Subscriber).where(Subscriber.email_key == key)).one_or_none()
    if row is None or row.id is None:
        return None
    subscriptions = _subscriptions(session, row.id)
    return RecordedReader(row.id, row.email, row.name, row.created_at, subscriptions, _is_of_minutes(row), row.timezone)


def find_suppression(session: Session, key: str, keyring: Keyring) -> RecordedSuppression | None:
    """Return why the address with this *key* must never be mailed; None when it may be."""
    row = session.get(Suppression, keyring.address_hash(key))
    return RecordedSuppression(row.reason, row.at) if row else None


def _is_of_minutes(row: Subscriber) -> bool:
    return is_disposable(row.email_key.rpartition("@")[2])


def _subscriptions(session: Session, subscriber_id: int) -> tuple[RecordedSubscription, ...]:
    rows = session.exec(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id).order_by(col(Subscription.newsletter))
    )
    return tuple(_recorded(session, row) for row in rows)


def _recorded(session: Session, row: Subscription) -> RecordedSubscription:
    number = number_of(row)
    return RecordedSubscription(
        number,
        row.newsletter,
        row.status,
        row.changed_at,
        _consent(session, number),
        row.confirmed_at,
        row.paused_until,
    )


def _consent(session: Session, subscription_id: int) -> tuple[ConsentEvent, ...]:
    rows = session.exec(select(Consent).where(Consent.subscription_id == subscription_id).order_by(col(Consent.id)))
    return tuple(ConsentEvent(row.event, row.at, row.provenance, row.wording, row.ip, row.page) for row in rows)
