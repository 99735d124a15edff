"""The SQL that reads what the watchdog looks at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from digest.alerts.canary_store import CanaryCopy, canary_copies
from digest.alerts.facts import EditionFacts, Facts, NewsletterFacts, RelayTrouble
from digest.articles.retrieval.store import healths
from digest.clock.lease_store import holder_host
from digest.delivery.store import next_wave, queue
from digest.delivery.tables import RelayTroubleRow
from digest.editions.edition import EditionStatus
from digest.editions.rehearsal_store import known_newsletters, rehearsals
from digest.editions.store import find_edition
from digest.editions.tables import EditionRow
from digest.settings import Settings
from subscribers.subscriber import SubscriptionStatus
from subscribers.tables import Subscription

# As long as a missed morning is told of while nothing comes out; also holds the editions that say what is usual.
REACH = timedelta(days=35)
COMPARED = 8
CANARY_REACH = timedelta(days=7)


def read_facts(session: Session, settings: Settings, now: datetime, *, clock_is_dead: bool) -> Facts:
    """Return what is known of the configured newsletters, of sources, relays and the clock."""
    known, host = known_newsletters(session), holder_host(session)
    since = (now - REACH).date()
    newsletters = {}
    for slug in settings.newsletters:
        editions = _editions(session, slug, since)
        newsletters[slug] = NewsletterFacts(
            editions,
            rehearsals(session, slug, since),
            known.get(slug),
            _left(session, slug, editions.values()),
            _canary(session, settings, slug, now),
        )
    return Facts(newsletters, healths(session), _troubles(session), host is not None, host if clock_is_dead else None)


def _editions(session: Session, newsletter: str, since: date) -> dict[date, EditionFacts]:
    """Return the editions of *newsletter* from *since* on, and the older ones that are under way or not in order."""
    names = (
        "local_date",
        "status",
        "reason",
        "deadline",
        "recorded_at",
        "eligible",
        "sent",
        "failed",
        "unknown",
        "skipped",
    )
    settled = [func.coalesce(getattr(EditionRow, name), 0) for name in ("sent", "failed", "unknown", "skipped")]
    is_recent, is_open = col(EditionRow.local_date) >= since, col(EditionRow.status) == EditionStatus.SENDING.value
    is_odd = (col(EditionRow.unknown) > 0) | (col(EditionRow.eligible) != sum(settled[1:], settled[0]))
    found = session.execute(
        select(*(getattr(EditionRow, name) for name in names)).where(
            col(EditionRow.newsletter) == newsletter,
            is_recent | is_open | is_odd,
        )
    )
    editions = (EditionFacts(row[0], EditionStatus(row[1]), *row[2:]) for row in found)
    return {one.local_date: _with_wave(session, newsletter, one) for one in editions}


def _with_wave(session: Session, newsletter: str, facts: EditionFacts) -> EditionFacts:
    is_under_way = facts.status is EditionStatus.SENDING
    edition = find_edition(session, newsletter, facts.local_date) if is_under_way else None
    if edition is None or queue(session, edition).claimed:
        return facts
    return replace(facts, next_wave=next_wave(session, edition.id))


def _left(session: Session, newsletter: str, editions: Iterable[EditionFacts]) -> dict[date, int]:
    """Return how many readers left between each of the newest published editions and the next."""
    published = sorted((one for one in editions if one.is_published), key=lambda one: one.recorded_at)[-COMPARED:]
    if not published:
        return {}
    at = col(Subscription.changed_at)
    counts = session.execute(
        select(*(func.count().filter(at >= one.recorded_at) for one in published)).where(
            col(Subscription.newsletter) == newsletter,
            col(Subscription.status) == SubscriptionStatus.UNSUBSCRIBED.value,
            at >= published[0].recorded_at,
        )
    ).one()
    later = [*counts[1:], 0]
    return {one.local_date: count - after for one, count, after in zip(published, counts, later, strict=True)}


def _canary(session: Session, settings: Settings, newsletter: str, now: datetime) -> tuple[CanaryCopy, ...]:
    address = settings.alerts.canary
    return tuple(canary_copies(session, address, [newsletter], (now - CANARY_REACH).date())) if address else ()


def _troubles(session: Session) -> tuple[RelayTrouble, ...]:
    rows = session.execute(select(RelayTroubleRow).order_by(col(RelayTroubleRow.relay))).scalars()
    return tuple(RelayTrouble(row.relay, row.trouble, row.since, row.seen_at) for row in rows)
