"""Recording that there is no edition on a date, and why."""

from datetime import datetime

from digest.building import schedule_of
from digest.clock.agenda import DueEdition
from digest.database import Database
from digest.delivery.publishing import miss, skip
from digest.editions.calendar import Calendar
from digest.editions.due import Act
from digest.editions.edition import Edition
from digest.editions.store import find_edition, previous_edition
from digest.settings import Settings


def record_absence(
    database: Database, settings: Settings, due: DueEdition, last_words: str | None, now: datetime
) -> Edition:
    """Record that *due* was skipped by the calendar, or missed; return what is recorded of it.

    *last_words* is what came of the last try to publish it, None where nobody here tried.

    Raises:
        DBAPIError: the database can't be used.
    """
    newsletter = settings.newsletters[due.newsletter]
    with database.reading() as session:
        previous = previous_edition(session, due.newsletter, due.local_date)
        standing = find_edition(session, due.newsletter, due.local_date)
    schedule = schedule_of(newsletter, due.local_date, previous)
    if due.act is Act.SKIP:
        return skip(database, due.newsletter, schedule, Calendar.of(newsletter).skips(due.local_date) or "", now)
    words = last_words or (f"{standing.status}, {standing.reason}" if standing else None)
    tried = f"; the last try: {words}" if words else "; nobody was there to do it"
    reason = f"it was not published before its deadline, {schedule.deadline:%Y-%m-%d %H:%M} UTC{tried}"
    return miss(database, due.newsletter, schedule, reason, now)
