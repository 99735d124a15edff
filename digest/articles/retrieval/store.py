"""The SQL about how sources are doing."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlmodel import Session, select

from digest.articles.retrieval.source_health import SourceHealth
from digest.articles.retrieval.tables import SourceHealthRow

_NAMES = [field.name for field in fields(SourceHealth)]


def healths(session: Session) -> dict[str, SourceHealth]:
    """Return how every source that was ever tried is doing, by its name."""
    rows = session.exec(select(SourceHealthRow))
    return {row.source: SourceHealth(**{name: getattr(row, name) for name in _NAMES}) for row in rows}


def record_healths(session: Session, found: Iterable[SourceHealth]) -> None:
    """Write down how sources are doing."""
    for health in found:
        session.merge(SourceHealthRow(**asdict(health)))
