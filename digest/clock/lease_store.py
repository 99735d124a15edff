"""The SQL about the lease: each statement does all or nothing, so that of many who try at once one succeeds."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from digest.clock.tables import LeaseRow
from digest.clock.watch import Sign
from digest.database import Database

CLOCK = "clock"
_OF_CLOCK = col(LeaseRow.name) == CLOCK


def sign_of_holder(session: Session) -> Sign | None:
    """Return the holder's last sign of life; None when nobody holds the lease."""
    found = session.exec(select(col(LeaseRow.holder), col(LeaseRow.beats)).where(_OF_CLOCK)).one_or_none()
    return Sign(*found) if found else None


def renew(session: Session, holder: str) -> bool:
    """Give a sign of life; say whether *holder* holds the lease."""
    beat = update(LeaseRow).where(_OF_CLOCK, col(LeaseRow.holder) == holder)
    return session.execute(beat.values(beats=LeaseRow.beats + 1).returning(col(LeaseRow.beats))).first() is not None


def take_free(database: Database, holder: str, host: str, now: datetime) -> bool:
    """Take a lease that nobody holds; say whether *holder* was the first."""
    row = {"name": CLOCK, "holder": holder, "host": host, "beats": 0, "taken_at": now}
    try:
        with database.writing() as session:
            session.execute(insert(LeaseRow).values(row))
    except IntegrityError:
        return False
    return True


def take_over(session: Session, dead: Sign, holder: str, host: str, now: datetime) -> bool:
    """Take the lease from a holder whose last sign of life is *dead*; say whether it still was."""
    theirs = (_OF_CLOCK, col(LeaseRow.holder) == dead.holder, col(LeaseRow.beats) == dead.beats)
    taken = update(LeaseRow).where(*theirs).values(holder=holder, host=host, beats=0, taken_at=now)
    return session.execute(taken.returning(col(LeaseRow.beats))).first() is not None


def release(session: Session, holder: str) -> None:
    """Let anybody have the lease, if *holder* holds it."""
    session.execute(delete(LeaseRow).where(_OF_CLOCK, col(LeaseRow.holder) == holder))


def holder_host(session: Session) -> str | None:
    """Return machine and process of the holder, for people to read; None when nobody holds the lease."""
    return session.exec(select(col(LeaseRow.host)).where(_OF_CLOCK)).one_or_none()
