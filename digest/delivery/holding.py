"""Holding: an edition that a person should look at first is recorded as held. The watchdog tells the operators."""

from datetime import datetime

from digest.building import BuiltEdition
from digest.database import Database
from digest.editions.edition import Edition
from digest.editions.release_store import approved_hash
from digest.editions.store import find_edition, record_held
from digest.editions.window import Schedule


def holds_back(database: Database, built: BuiltEdition) -> bool:
    """Say whether *built* is to be held, and no editor approved these very bytes all the same."""
    if not built.hold or built.artifact is None:
        return bool(built.hold)
    with database.reading() as session:
        return approved_hash(session, built.newsletter, built.schedule.local_date) != built.artifact.sha256


def hold(database: Database, built: BuiltEdition, schedule: Schedule, now: datetime) -> Edition:
    """Record that *built* is held, and return the record; one that another process published meanwhile as it is."""
    with database.writing() as session:
        standing = find_edition(session, built.newsletter, schedule.local_date)
        if standing and standing.is_published:
            return standing
        return record_held(session, built.newsletter, schedule, built.hold or "", now)
