"""Which mornings went well, for the switch outside that raises the alarm when none does. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from digest.alerts.facts import EditionFacts, Facts
from digest.editions.calendar import Calendar
from digest.editions.edition import EditionStatus
from digest.settings import Settings

RECENT = timedelta(days=2)


def successes(settings: Settings, facts: Facts, now: datetime) -> Iterator[str]:
    """Name the recent editions (`slug/date`) that went well, of newsletters that have a switch.

    That is one that most of its readers have got, and a date on which the calendar has none.
    """
    for slug in settings.alerts.switch_urls:
        calendar, known = Calendar.of(settings.newsletters[slug]), facts.newsletters.get(slug)
        for day, edition in known.editions.items() if known else ():
            is_planned = edition.status is EditionStatus.SKIPPED and calendar.skips(day) is not None
            if now - edition.recorded_at < RECENT and (is_planned or _is_out(edition)):
                yield f"{slug}/{day}"


def _is_out(edition: EditionFacts) -> bool:
    sent, failed, unknown, _ = edition.settled
    return edition.status is EditionStatus.SENT and sent >= failed + unknown
