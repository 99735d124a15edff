"""The SQL about what is known before an edition is there: since when its newsletter is, and how the last try went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from digest.editions.tables import EditionRehearsal, KnownNewsletter


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the last try to make an edition came to, and when (UTC); `obstacle` None is well."""

    at: datetime
    obstacle: str | None


def record_rehearsal(session: Session, newsletter: str, local_date: date, obstacle: str | None, now: datetime) -> None:
    """Record that the edition of *local_date* was tried at *now*, and what stood in its way."""
    session.merge(EditionRehearsal(newsletter=newsletter, local_date=local_date, at=now, obstacle=obstacle))


def rehearsals(session: Session, newsletter: str, since: date) -> dict[date, Rehearsed]:
    """Return how the last tries to make the editions of *newsletter* from *since* on went."""
    found = session.exec(
        select(EditionRehearsal).where(EditionRehearsal.newsletter == newsletter, EditionRehearsal.local_date >= since)
    )
    return {row.local_date: Rehearsed(row.at, row.obstacle) for row in found}


def known_newsletters(session: Session) -> dict[str, datetime]:
    """Return since when (UTC) each newsletter is known."""
    return dict(session.exec(select(col(KnownNewsletter.newsletter), col(KnownNewsletter.since))).all())


def get_to_know(session: Session, newsletters: Iterable[str], now: datetime) -> None:
    """Record those of *newsletters* that were not known before, as known from *now* on."""
    for newsletter in sorted(set(newsletters) - known_newsletters(session).keys()):
        session.add(KnownNewsletter(newsletter=newsletter, since=now))
