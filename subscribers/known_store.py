"""The SQL of what is known of addresses that somebody signs up."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Subquery, Text, or_, select
from sqlmodel import Session, col

from subscribers.given_rows import given
from subscribers.signup import Known
from subscribers.signup_tables import MailStatus, SystemMail
from subscribers.subscriber import PastAsk, SubscriptionStatus
from subscribers.tables import Subscriber, Subscription, Suppression

# What the index of open mails says too. A mail that a relay refused, or that was dropped, never arrived (S07).
OPEN = frozenset({MailStatus.QUEUED.value, MailStatus.CLAIMED.value, MailStatus.BEGUN.value})
MAY_HAVE_ARRIVED = frozenset({"begun", "sent", "unknown"})
ASKING = ("confirm", "change")
# Answered, or not to be counted as asked in vain.
IS_SETTLED = or_(col(SystemMail.answered_at).is_not(None), col(SystemMail.excused_at).is_not(None))


def read_known(session: Session, hashes: Mapping[str, str]) -> dict[str, Known]:
    """Return what is known of each address, by its key; *hashes* are their keyed hashes.

    Nothing is locked yet: what is written afterwards holds only where a reader still stands as was read here.
    """
    addresses = given(session, sorted(hashes.items()), email_key=Text, address_hash=Text)
    suppressed = _suppressed(session, addresses)
    standings = _standings(session, addresses)
    mails = _mails(session, addresses)
    return {
        key: replace(mails[address_hash], is_suppressed=address_hash in suppressed, standings=standings[key])
        for key, address_hash in hashes.items()
    }


def _suppressed(session: Session, addresses: Subquery) -> set[str]:
    stopped = col(Suppression.address_hash)
    return set(session.scalars(select(stopped).join(addresses, stopped == addresses.c.address_hash)))


def _standings(session: Session, addresses: Subquery) -> defaultdict[str, dict[str, SubscriptionStatus]]:
    """Return where the reader of each key stands with each newsletter."""
    key, columns = addresses.c.email_key, (col(Subscription.newsletter), col(Subscription.status))
    rows = session.execute(
        select(key, *columns)
        .join(Subscriber, col(Subscriber.email_key) == key)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
    )
    standings: defaultdict[str, dict[str, SubscriptionStatus]] = defaultdict(dict)
    for email_key, newsletter, status in rows:
        standings[email_key][newsletter] = SubscriptionStatus(status)
    return standings


def _mails(session: Session, addresses: Subquery) -> defaultdict[str, Known]:
    """Return what is known of each keyed hash from the mails that asked its address something."""
    hashed = col(SystemMail.address_hash)
    rows = session.execute(
        select(hashed, col(SystemMail.status), col(SystemMail.changed_at), IS_SETTLED)
        .join(addresses, hashed == addresses.c.address_hash)
        .where(col(SystemMail.kind).in_(ASKING))
    )
    mails: defaultdict[str, Known] = defaultdict(Known)
    for address_hash, status, changed_at, is_settled in rows:
        known = mails[address_hash]
        arrived = (PastAsk(changed_at, is_settled),) if status in MAY_HAVE_ARRIVED else ()
        is_open = known.has_open or status in OPEN
        mails[address_hash] = replace(known, has_open=is_open, asks=known.asks + arrived)
    return mails
