"""The agenda: what is to be done now, by the configuration, the rows and the time. Pure.

An edition that is to be published waits for the feeds that were not read since its cut-off, for some minutes at the
most: a feed that is late, or a reader of feeds that dies again and again, must not cost anybody their morning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from digest.articles.retrieval.due_sources import sources_due
from digest.articles.retrieval.source_health import SourceHealth
from digest.editions.calendar import Calendar
from digest.editions.due import NO_WORD, Act, Due, Promise, Standing, due_editions
from digest.settings import Settings, SourceSettings

FEED_PATIENCE = timedelta(minutes=10)
SOON = 0.75  # of the time between two readings of a feed


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database knows: where editions stand, by newsletter and local date, and how each source is doing.

    And of each newsletter since when it is known, and which dates are ready.
    """

    standings: Mapping[str, Mapping[date, Standing]]
    healths: Mapping[str, SourceHealth]
    promises: Mapping[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueEdition:
    """An act that is due for an edition of a newsletter."""

    newsletter: str
    local_date: date
    act: Act

    def __str__(self) -> str:
        return f"{self.newsletter}/{self.local_date}"

    @property
    def errand(self) -> str:
        """Return the name of what is done for it; a rehearsal is another thing than the edition itself."""
        return f"{self}, rehearsed" if self.act is Act.REHEARSE else str(self)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be done: acts for editions, and the names of the sources to ask."""

    editions: tuple[DueEdition, ...]
    sources: tuple[str, ...]


def agenda(settings: Settings, rows: Rows, now: datetime, acting_since: datetime) -> Agenda:
    """Return what is due at *now* for somebody who has been there *acting_since* (both UTC)."""
    calendars = {slug: Calendar.of(newsletter) for slug, newsletter in settings.newsletters.items()}
    return Agenda(
        editions=tuple(
            DueEdition(slug, due.local_date, due.act)
            for slug, calendar in calendars.items()
            for due in due_editions(calendar, rows.standings.get(slug, {}), now, rows.promises.get(slug, NO_WORD))
            if not _waits_for_feeds(settings, rows, calendar, due, now, acting_since)
        ),
        sources=tuple(source.name for source in _sources_due(settings, rows, calendars.values(), now)),
    )


def _sources_due(settings: Settings, rows: Rows, calendars: Iterable[Calendar], now: datetime) -> list[SourceSettings]:
    """Return the sources to ask now; those that would soon be due go along, or each would get a round of its own."""
    every, last_cutoff = settings.fetching.every, _last_cutoff(calendars, now)
    if not sources_due(settings.sources, rows.healths, max(now - every, last_cutoff), now):
        return []
    return sources_due(settings.sources, rows.healths, max(now - every * SOON, last_cutoff), now)


def _last_cutoff(calendars: Iterable[Calendar], now: datetime) -> datetime:
    """Return the newest cut-off up to *now*, or the beginning of time where there is no newsletter."""
    begin = datetime.min.replace(tzinfo=now.tzinfo)
    return max((cutoff for calendar in calendars for cutoff in _cutoffs(calendar, now) if cutoff <= now), default=begin)


def _cutoffs(calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(calendar.zone).date()
    return calendar.cutoff_on(today), calendar.cutoff_on(today - timedelta(days=1))


def _waits_for_feeds(
    settings: Settings, rows: Rows, calendar: Calendar, due: Due, now: datetime, acting_since: datetime
) -> bool:
    cutoff = calendar.cutoff_on(due.local_date)
    begins = {Act.REHEARSE: cutoff, Act.PUBLISH: calendar.schedule_on(due.local_date, None).send_at}.get(due.act)
    if begins is None or now >= max(begins, acting_since) + FEED_PATIENCE:
        return False
    return bool(sources_due(settings.sources, rows.healths, cutoff, now))
