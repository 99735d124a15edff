"""Restoring: a copy is put back, and what may have been mailed since it was made is held for a person to settle.

The ledger of a copy is older than what readers have in their inboxes. Gone on with, it would mail every open edition,
and every later one, a second time.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.building import schedule_of
from digest.clock.rows import read_rows
from digest.database import Database
from digest.delivery.store import settle
from digest.editions.calendar import Calendar
from digest.editions.due import Act, due_editions
from digest.editions.edition import EditionStatus
from digest.editions.store import find_edition, previous_edition, record_held, record_missed
from digest.errors import BadInputError
from digest.safekeeping import doubt_store as store
from digest.safekeeping.copying import copy_into_postgresql, sqlite_in_the_making
from digest.schema import SchemaState, schema_state
from digest.settings import Settings
from digest.upgrading import upgrade_schema

MAYBE_SENT = "the database was restored from a copy: whether this edition went out since, the relay's log knows"


@dataclass(frozen=True, slots=True)
class Doubt:
    """An edition of which a restored database does not know what was mailed since.

    `deliveries` are those that are unknown now; None for one that the copy knows nothing of, recorded as missed.
    """

    newsletter: str
    local_date: str
    deliveries: int | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore left for a person to settle, and how many mails of the sign-up it gave up."""

    doubts: tuple[Doubt, ...] = ()
    mails: int = 0


def restore(database: Database, settings: Settings, file: Path, now: datetime, *, nothing_since: bool) -> Restored:
    """Put the copy in *file* back as *database*, which must be missing or empty, with this version's tables.

    Unless *nothing_since*, what may have been mailed since the copy was made is held. *now* is in UTC.

    Raises:
        BadInputError: there is a database already, or no such file.
        CopyError: *file* is no sound copy.
    """
    if not file.is_file():
        raise BadInputError(f"there is no copy at {file}")

    def hold(restored: Database) -> Restored:
        return Restored() if nothing_since else hold_doubtful(restored, settings, now)

    return (_restore_sqlite if database.is_sqlite else _restore_postgresql)(database, file, hold)


def hold_doubtful(database: Database, settings: Settings, now: datetime) -> Restored:
    """Hold all that may have been mailed since *database* was copied, and let no number be given out twice."""
    rows = read_rows(database, settings, now)
    doubts: list[Doubt] = []
    with database.writing() as session:
        store.silence_journals(session)
        for row in store.editions_under_way(session):
            edition = find_edition(session, row.newsletter, row.local_date)
            if edition:
                deliveries = store.doubt_deliveries(session, edition.id, now)
                settle(session, edition, now)
                doubts.append(Doubt(row.newsletter, str(row.local_date), deliveries))
        for slug, newsletter in settings.newsletters.items():
            due = due_editions(Calendar.of(newsletter), rows.standings.get(slug, {}), now)
            for one in [one for one in due if one.act in (Act.PUBLISH, Act.MISS)]:
                previous = previous_edition(session, slug, one.local_date)
                schedule = schedule_of(newsletter, one.local_date, previous)
                standing = find_edition(session, slug, one.local_date)
                if standing and standing.status is EditionStatus.SKIPPED:
                    record_held(session, slug, schedule, MAYBE_SENT, now)  # from skipped no way leads to missed
                record_missed(session, slug, schedule, MAYBE_SENT, now)
                doubts.append(Doubt(slug, str(one.local_date), None))
        mails = store.doubt_mails(session, now)
        store.leave_numbers_out(session)
    return Restored(tuple(doubts), mails)


def _restore_sqlite(database: Database, file: Path, hold: Callable[[Database], Restored]) -> Restored:
    """Make it whole beside its place, so that nobody can work on it before what is doubtful is held."""
    made = sqlite_in_the_making(database, file)
    restored = Database(f"sqlite:///{made}")
    try:
        upgrade_schema(restored)
        found = hold(restored)
        restored.close()
        made.rename(database.engine.url.database or "")
    finally:
        restored.close()
        for left in (made, *(made.with_name(made.name + end) for end in ("-wal", "-shm"))):
            with suppress(FileNotFoundError):
                left.unlink()
    return found


def _restore_postgresql(database: Database, file: Path, hold: Callable[[Database], Restored]) -> Restored:
    if schema_state(database) is not SchemaState.EMPTY:
        raise BadInputError(f"{database} has tables already; create an empty database for what is restored")
    copy_into_postgresql(database, file)
    upgrade_schema(database)
    return hold(database)
