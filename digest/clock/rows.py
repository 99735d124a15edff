"""Reading the rows that say what is due."""

from datetime import datetime, timedelta

from digest.articles.retrieval.store import healths
from digest.clock.agenda import Rows
from digest.database import Database
from digest.editions.calendar import LONGEST_DAYS
from digest.editions.due_store import standings
from digest.settings import Settings


def read_rows(database: Database, settings: Settings, now: datetime) -> Rows:
    """Return what the database knows of the configured newsletters and sources.

    Raises:
        DBAPIError: the database can't be used.
    """
    oldest = {
        slug: now.astimezone(newsletter.zone).date() - timedelta(days=LONGEST_DAYS)
        for slug, newsletter in settings.newsletters.items()
    }
    with database.reading() as session:
        return Rows({slug: standings(session, slug, since) for slug, since in oldest.items()}, healths(session))
