"""Reading the rows that say what is due."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from digest.articles.retrieval.store import healths
from digest.clock.agenda import Rows
from digest.database import Database
from digest.delivery.store import next_wave, queue
from digest.editions.calendar import LONGEST_DAYS
from digest.editions.due import Promise, Standing
from digest.editions.due_store import standings
from digest.editions.edition import EditionStatus
from digest.editions.rehearsal_store import get_to_know, known_newsletters, rehearsals
from digest.editions.store import find_edition
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
        known = known_newsletters(session)
        promises = {
            slug: Promise(
                known.get(slug, now),
                [day for day, one in rehearsals(session, slug, since).items() if one.obstacle is None],
            )
            for slug, since in oldest.items()
        }
        editions = {slug: standings(session, slug, since) for slug, since in oldest.items()}
        waves = {
            slug: {day: _with_wave(session, slug, day, one) for day, one in standing.items()}
            for slug, standing in editions.items()
        }
        return Rows(waves, healths(session), promises)


def _with_wave(session: Session, newsletter: str, day: date, standing: Standing) -> Standing:
    """Return *standing* with the instant of its next wave, unless somebody has copies in hand."""
    edition = find_edition(session, newsletter, day) if standing.status is EditionStatus.SENDING else None
    if edition is None or queue(session, edition).claimed:
        return standing
    return replace(standing, next_wave=next_wave(session, edition.id))


def meet_newsletters(database: Database, settings: Settings, now: datetime) -> None:
    """Take down which of the configured newsletters were not known before *now* (UTC).

    Raises:
        DBAPIError: the database can't be used.
    """
    with database.reading() as session:
        if settings.newsletters.keys() <= known_newsletters(session).keys():
            return
    try:
        with database.writing() as session:
            get_to_know(session, settings.newsletters, now)
    except IntegrityError:  # another process met one of them in this moment
        meet_newsletters(database, settings, now)
