"""The log of consent: every move beside what it rests on, in rows that nothing changes afterwards (S13)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from subscribers.subscriber import CONFIRMING, AddressEvent, SubscriptionEvent, SubscriptionStatus
from subscribers.tables import Consent, Subscription, Wording, number_of

_VERSION_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a form tells beside the address (S13).

    *wording* is the version that `keep_wording` gave, *ip* the truncated network, at most 43 characters, *page* the
    origin and path of the page it stood on, without its query, at most 200 characters. None is what is not known.
    """

    wording: str | None = None
    ip: str | None = None
    page: str | None = None


NO_FORM = Evidence()


def version_of(text: str) -> str:
    """Return the version of a form's exact *text*: the beginning of its hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_CHARACTERS]


def keep_wording(session: Session, text: str, now: datetime) -> str:
    """Keep the exact *text* of a form, first used *now* unless it was before; return its version (S13)."""
    version = version_of(text)
    row = {"id": version, "text": text, "first_used_at": now}
    session.execute(insert_into(session, Wording).values(row).on_conflict_do_nothing())
    return version


def wording_text(session: Session, version: str) -> str | None:
    """Return the words of the form with this *version*; None when there never was one."""
    row = session.get(Wording, version)
    return row.text if row else None


def record_move(
    session: Session,
    subscription: Subscription,
    event: SubscriptionEvent,
    after: SubscriptionStatus,
    *,
    provenance: str,
    now: datetime,
    evidence: Evidence = NO_FORM,
    paused_until: datetime | None = None,
) -> None:
    """Store where *event* led and, beside it, the consent record."""
    subscription.status, subscription.changed_at, subscription.paused_until = after.value, now, paused_until
    if event in CONFIRMING:
        subscription.confirmed_at = now
    if event is SubscriptionEvent.SIGN_UP:
        # They begin anew: neither what was confirmed before they left counts, nor the button of a mail of then.
        subscription.confirmed_at = subscription.asked_in = None
    session.add(subscription)
    session.flush()
    log_event(session, [number_of(subscription)], event, provenance=provenance, now=now, evidence=evidence)


def log_event(
    session: Session,
    subscriptions: Iterable[int],
    event: SubscriptionEvent | AddressEvent,
    *,
    provenance: str,
    now: datetime,
    evidence: Evidence = NO_FORM,
) -> None:
    """Write the same consent record for each of these *subscriptions*, by their numbers."""
    word = {"event": event.value, "at": now, "provenance": provenance}
    seen = {"wording": evidence.wording, "ip": evidence.ip, "page": evidence.page}
    rows = [{"subscription_id": number, **word, **seen} for number in subscriptions]
    if rows:
        session.execute(insert(Consent), rows)


def insert_into(session: Session, table: type[Any]) -> Any:
    """Return the INSERT of the session's database: both kinds know ON CONFLICT, each by its own construct."""
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)
