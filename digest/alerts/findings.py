"""All that is wrong now, by the configuration, the facts and the time. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from digest.alerts.edition_findings import edition_findings
from digest.alerts.facts import Facts, NewsletterFacts
from digest.alerts.finding import Code, Finding
from digest.alerts.spike_findings import spike_findings
from digest.articles.retrieval.source_health import SourceHealth
from digest.editions.calendar import Calendar
from digest.settings import Settings

LASTING = timedelta(minutes=2)  # a relay that recovers by itself within this long is nobody's business
FAILURES = 2
FAILURES_AT_FIRST = 5  # of a source that was never read: with the usual waits some four hours


def findings(settings: Settings, facts: Facts, now: datetime) -> tuple[Finding, ...]:
    """Return what is wrong at *now* (UTC)."""
    return (
        *_of_newsletters(settings, facts, now),
        *_of_sources(settings, facts, now),
        *_of_relays(settings, facts),
        *_of_clock(facts, now),
    )


def _of_newsletters(settings: Settings, facts: Facts, now: datetime) -> Iterator[Finding]:
    floors = settings.alerts.failed_share, settings.alerts.left_share
    for slug, newsletter in settings.newsletters.items():
        if known := facts.newsletters.get(slug):
            yield from edition_findings(slug, Calendar.of(newsletter), known, now, has_clock=facts.has_clock)
            yield from spike_findings(slug, known, *floors)
            yield from _of_canary(settings, known, now)


def _of_canary(settings: Settings, known: NewsletterFacts, now: datetime) -> Iterator[Finding]:
    """Give the editions that should have come to the canary and did not, unless a later one did."""
    last_seen = max((copy.local_date for copy in known.canary if copy.is_seen), default=date.min)
    wait = timedelta(minutes=settings.alerts.canary_minutes)
    for copy in known.canary:
        if copy.local_date > last_seen and not copy.is_seen and now >= copy.sent_at + wait:
            subject = f"{copy.newsletter} of {copy.local_date}"
            words = f"{subject}: a relay took the canary's copy at {copy.sent_at:%H:%M} UTC, and it has not come"
            yield Finding(Code.CANARY_ABSENT, subject, copy.sent_at, words)


def _of_sources(settings: Settings, facts: Facts, now: datetime) -> Iterator[Finding]:
    for source in settings.sources:
        health = facts.healths.get(source.name)
        if health and health.feed == source.feed and _is_stale(health, now, settings.alerts.source_patience):
            since = f" since {health.succeeded_at:%Y-%m-%d %H:%M} UTC" if health.succeeded_at else ""
            words = f"{source.name} could not be read{since}, {health.failures:,} times in a row: {health.problem}"
            yield Finding(Code.SOURCE_STALE, source.name, health.succeeded_at or health.tried_at, words)


def _is_stale(health: SourceHealth, now: datetime, patience: timedelta) -> bool:
    if health.failures < FAILURES:  # after a night asleep the last success is old and one failure says little
        return False
    if health.succeeded_at is None:
        return health.failures >= FAILURES_AT_FIRST
    return now - health.succeeded_at >= patience


def _of_relays(settings: Settings, facts: Facts) -> Iterator[Finding]:
    known = {relay.name for relay in settings.smtp.all_relays}
    for one in facts.troubles:
        if one.relay in known and one.seen_at - one.since >= LASTING:
            yield Finding(Code.RELAY_UNWELL, one.relay, one.since, f"{one.relay} takes no mail: {one.trouble}")


def _of_clock(facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.dead_clock:
        words = f"the process that reads feeds and sends editions, {facts.dead_clock}, gives no sign of life"
        yield Finding(Code.NO_HEARTBEAT, "the clock", now, words)
