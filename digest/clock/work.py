"""What errands do: send an edition, read feeds. Each in a process of its own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import DBAPIError

from digest.articles.retrieval.fetching import Round, fetch_sources
from digest.clock.errand import Report, Stopping
from digest.database import Database
from digest.delivery.crew import Assignment
from digest.delivery.dispatch import deliver, prepare, rehearse
from digest.delivery.publishing import find_published
from digest.delivery.store import next_wave, queue
from digest.editions.edition import Edition
from digest.editions.rehearsal_store import record_rehearsal
from digest.errors import DigestError
from digest.logs import speaking_of, start_logging
from digest.settings import Settings
from subscribers.errors import SubscribersError


@dataclass(frozen=True, slots=True)
class Office:
    """What every errand needs: the configuration, and a plain function that gives the time in UTC."""

    settings: Settings
    clock: Callable[[], datetime]


async def rehearse_edition(office: Office, newsletter: str, local_date: date, _stopping: Stopping) -> Report:
    """Make the edition of *local_date* ahead of its time, and take down what would stand in its way."""
    try:
        with speaking_of(newsletter, local_date), _database(office) as database:
            try:
                obstacle = rehearse(database, office.settings, newsletter, local_date, office.clock()).obstacle
            except (DigestError, SubscribersError) as error:
                obstacle = str(error)
            if find_published(database, newsletter, local_date):
                return Report(True, True, "")  # it is out meanwhile
            _take_down(database, newsletter, local_date, obstacle, office)
    except DBAPIError as error:
        return Report.trouble(f"the database failed: {first_line(error)}")
    return Report.trouble(f"it would not go out now: {obstacle}") if obstacle else Report(True, True, "all is well")


async def send_edition(office: Office, newsletter: str, local_date: date, stopping: Stopping) -> Report:
    """Publish the edition of *local_date* if need be, and deliver it until it is settled or its deadline comes."""
    try:
        with speaking_of(newsletter, local_date), _database(office) as database:
            try:
                prepared = await prepare(database, office.settings, newsletter, local_date, office.clock(), late=False)
            except (DigestError, SubscribersError) as error:
                _take_down(database, newsletter, local_date, str(error), office)
                raise
            if isinstance(prepared, Edition):
                return Report.trouble(f"{prepared.status}, {prepared.reason}")
            if stopping.is_asked:
                return Report.trouble("told to stop before it was delivered")
            in_waves = office.settings.newsletters[newsletter].mornings == "reader"
            assignment = Assignment(office.settings, prepared, office.clock, between_waves=not in_waves)
            closing = await deliver(database, assignment, on_start=stopping.by)
            if not stopping.is_asked and (wave := _next_wave(database, prepared.edition)):
                return Report(True, True, f"{closing}; it goes on at {wave:%Y-%m-%d %H:%M} UTC")
            return Report(closing.is_settled, closing.is_whole, str(closing))
    except (DigestError, SubscribersError) as error:
        return Report.trouble(str(error))
    except DBAPIError as error:
        return Report.trouble(f"the database failed: {first_line(error)}")


def _next_wave(database: Database, edition: Edition) -> datetime | None:
    """Return when the next of an edition's readers are due (UTC); None when no more are, or some are in hand."""
    with database.reading() as session:
        return None if queue(session, edition).claimed else next_wave(session, edition.id)


async def read_feeds(office: Office, names: tuple[str, ...], stopping: Stopping) -> Report:
    """Read the feeds of the sources called *names*; what was read is kept when it is told to stop."""
    sources = [source for source in office.settings.sources if source.name in names]
    try:
        with _database(office) as database:
            task = asyncio.ensure_future(fetch_sources(Round.of(database, office.settings, office.clock), sources))
            stopping.by(task.cancel)
            reports = await task
    except asyncio.CancelledError:
        return Report.trouble("told to stop")
    except DBAPIError as error:
        return Report.trouble(f"the database failed: {first_line(error)}")
    problems = [f"{report.source}: {report.problem}" for report in reports if report.problem]
    return Report(is_done=True, is_well=not problems, words="; ".join(problems))


def first_line(error: DBAPIError) -> str:
    """Return what went wrong with the database; PostgreSQL's further lines quote rows, and with them addresses."""
    return str(error.orig).partition("\n")[0]


def _take_down(database: Database, newsletter: str, local_date: date, obstacle: str | None, office: Office) -> None:
    with database.writing() as session:
        record_rehearsal(session, newsletter, local_date, obstacle, office.clock())


@contextmanager
def _database(office: Office) -> Iterator[Database]:
    start_logging(office.settings.logging)  # the process is our own
    database = Database(office.settings.database.url.get_secret_value())
    try:
        yield database
    finally:
        database.close()
