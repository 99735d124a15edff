"""Recovery: what dead senders had in hand is sorted out by what their journals tell (law 6)."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from digest.database import Database
from digest.delivery import store
from digest.delivery.abandoned import AbandonedJournal, Traces, abandoned, living
from digest.delivery.ledger import Patience
from digest.editions.edition import Edition
from digest.editions.tables import EditionRow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many dead senders' journals were sorted out, and what became of the deliveries they held."""

    senders: int = 0
    recorded: int = 0
    requeued: int = 0
    unknown: int = 0


def recover(database: Database, folder: Path, patience: Patience, now: datetime) -> Recovered:
    """Sort out every journal in *folder* that a dead sender left about this database. *now* is in UTC.

    Each in one transaction, and removed once that is committed: to repeat it is harmless, and so is a crash in
    between. Two that recover at once share no journal.
    """
    recovered = Recovered()
    journals = abandoned(folder, mark_of(database))
    try:
        for journal in journals:
            told = _sort_out(database, journal, patience, now)
            recovered = Recovered(
                recovered.senders + 1,
                recovered.recorded + told.recorded,
                recovered.requeued + told.requeued,
                recovered.unknown + told.unknown,
            )
    finally:
        for journal in journals:
            journal.release()
    return recovered


def sort_out_the_dead(database: Database, edition: Edition, folder: Path, patience: Patience, now: datetime) -> None:
    """Sort out the claims of dead senders: by their journals if they are in *folder*, else by their silence."""
    recover(database, folder, patience, now)
    with database.writing() as session:
        store.mark_abandoned(session, edition, now, alive=living(folder))


def mark_of(database: Database) -> str:
    """Return what tells *database* from others in a journal's heading; it shows nothing of the address.

    A database reached by another name has another mark. Its senders' journals are then left alone, and what they
    had in hand becomes unknown by their silence.
    """
    url = database.engine.url
    where = [url.get_backend_name(), url.host or "", str(url.port or ""), url.database or ""]
    if database.is_sqlite:
        where = [url.get_backend_name(), str(Path(url.database or "").resolve())]
    return hashlib.sha256("\n".join(where).encode()).hexdigest()[:32]


def _sort_out(database: Database, journal: AbandonedJournal, patience: Patience, now: datetime) -> store.Sorted:
    traces = journal.read()
    with database.writing() as session:
        # Before the ledger, in the order of all who need both; or each would wait for what the other has.
        session.get(EditionRow, traces.edition_id, with_for_update=True)
        _await_last_words(session)
        told = store.sort_out(
            session,
            traces.edition_id,
            traces.sender,
            traces.answered,
            traces.begun,
            certain=traces.certain,
            patience=patience,
            now=now,
        )
    journal.remove()
    _log.warning(
        "a sender had died, %s: of what it had in hand %d were recorded, %d queued again, %d are unknown",
        _why(traces),
        told.recorded,
        told.requeued,
        told.unknown,
    )
    return told


def _await_last_words(session: Session) -> None:
    """Wait until PostgreSQL is done with what the dead had asked of it last.

    A client dies in no time, while its last commit may still be on its way to the disk: a claim that appears after
    its journal was sorted out would be nobody's. A transaction that writes to the ledger ends within milliseconds.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE delivery IN SHARE ROW EXCLUSIVE MODE"))


def _why(traces: Traces) -> str:
    if traces.certain:
        return "and its journal is whole"
    return "and its journal has gaps" if traces.same_boot else "with the system, which has started anew since"
