"""What is wrong with the editions of one newsletter. Pure.

A date is judged while no later edition is out: after that its stories are in the later one, and nothing is left to do.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from digest.alerts.facts import EditionFacts, NewsletterFacts
from digest.alerts.finding import Code, Finding
from digest.editions.calendar import Calendar
from digest.editions.due import Promise, Standing, expected_dates, is_promised
from digest.editions.edition import EditionStatus

READY_BEFORE = timedelta(minutes=30)
REHEARSAL_TAKES = timedelta(minutes=15)  # after the cut-off: it waits for the feeds, ten minutes at the most
STARTS_WITHIN = timedelta(minutes=5)
SETTLES_WITHIN = timedelta(minutes=2)  # after the deadline: what is in hand is recorded, and the rest given up

_BY_STATUS = {
    EditionStatus.HELD: (Code.EDITION_HELD, "is held"),
    EditionStatus.SKIPPED: (Code.EDITION_SKIPPED, "was skipped"),
    EditionStatus.MISSED: (Code.EDITION_MISSED, "was missed"),
}


def edition_findings(
    slug: str, calendar: Calendar, facts: NewsletterFacts, now: datetime, *, has_clock: bool
) -> Iterator[Finding]:
    """Give what is wrong at *now* (UTC) with the editions of the newsletter *slug*; see `Facts` for *has_clock*."""
    last_out = max((day for day, edition in facts.editions.items() if edition.is_published), default=date.min)
    for day in sorted({*facts.editions, *_expected(calendar, facts, now)}):
        subject, edition = f"{slug} of {day}", facts.editions.get(day)
        if edition and edition.is_published:
            yield from _of_published(subject, edition, facts.known_since, now)
        elif day > last_out and not calendar.skips(day):
            yield from (
                _of_row(subject, edition) if edition else _of_nothing(subject, calendar, day, facts, now, has_clock)
            )


def _expected(calendar: Calendar, facts: NewsletterFacts, now: datetime) -> set[date]:
    standings = _standings(facts.editions)
    promise = Promise(facts.known_since)
    dates = expected_dates(calendar, standings, now)
    return {day for day in dates if day in standings or is_promised(calendar, standings, day, promise)}


def _standings(editions: Mapping[date, EditionFacts]) -> dict[date, Standing]:
    return {day: Standing(edition.status, edition.deadline) for day, edition in editions.items()}


def _of_row(subject: str, edition: EditionFacts) -> Iterator[Finding]:
    code, said = _BY_STATUS[edition.status]
    yield Finding(code, subject, edition.recorded_at, f"{subject} {said}: {edition.reason}")


def _of_nothing(
    subject: str, calendar: Calendar, day: date, facts: NewsletterFacts, now: datetime, has_clock: bool
) -> Iterator[Finding]:
    """Judge a date without a row by the time."""
    schedule, known = calendar.schedule_on(day, None), facts.known_since or datetime.min.replace(tzinfo=now.tzinfo)
    late = max(schedule.send_at, known) + STARTS_WITHIN
    tried = facts.rehearsals.get(day)
    why = f"; the last try, at {_minute(tried.at)}: {tried.obstacle}" if tried and tried.obstacle else ""
    if now >= schedule.deadline:
        if now >= schedule.deadline + SETTLES_WITHIN:
            words = f"{subject} was not published before its deadline, {_minute(schedule.deadline)}{why}"
            yield Finding(Code.EDITION_MISSED, subject, schedule.deadline, words)
    elif now >= late:
        words = f"{subject} was due at {_minute(schedule.send_at)} and is not published{why}"
        yield Finding(Code.EDITION_NOT_STARTED, subject, late, words)
    elif has_clock and not (tried and tried.obstacle is None) and now < schedule.send_at:
        ready_by = max(
            schedule.send_at - READY_BEFORE, calendar.cutoff_on(day) + REHEARSAL_TAKES, known + STARTS_WITHIN
        )
        if now >= ready_by:
            words = f"{subject} is due at {_minute(schedule.send_at)} and is not ready{why or '; nobody has tried it'}"
            yield Finding(Code.EDITION_NOT_READY, subject, ready_by, words)


def _of_published(subject: str, edition: EditionFacts, known: datetime | None, now: datetime) -> Iterator[Finding]:
    if edition.status is EditionStatus.SENDING:
        if now >= edition.deadline + SETTLES_WITHIN:
            words = f"{subject} was to be finished by {_minute(edition.deadline)} and is not: its equation is open"
            yield Finding(Code.EDITION_OPEN, subject, edition.deadline, words)
        elif edition.next_wave and now >= edition.next_wave + STARTS_WITHIN:
            words = f"{subject} was due to the next of its readers at {_minute(edition.next_wave)}, and nobody sends it"
            yield Finding(Code.EDITION_NOT_STARTED, subject, edition.next_wave + STARTS_WITHIN, words)
        return
    if known and edition.recorded_at < known:  # what was, before anybody watched, is no news
        return
    sent, failed, unknown, skipped = edition.settled
    eligible = edition.eligible or 0
    if eligible != sent + failed + unknown + skipped:
        words = (
            f"{subject}: {eligible:,} eligible, but {sent:,} sent + {failed:,} failed + {unknown:,} unknown"
            f" + {skipped:,} skipped"
        )
        yield Finding(Code.EQUATION_OPEN, subject, edition.recorded_at, words)
    if unknown:
        words = f"{subject}: of {unknown:,} of {eligible:,} deliveries nobody knows whether they went out"
        yield Finding(Code.DELIVERIES_UNKNOWN, subject, edition.recorded_at, words)


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
