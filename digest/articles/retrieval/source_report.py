"""What fetching one source came to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.articles.importing import ImportReport
from digest.articles.rejection import Rejection
from digest.articles.retrieval.source_health import SourceHealth


class SourceStatus(StrEnum):
    """What a try came to: its feed was read, said that nothing changed, failed, or was not asked for."""

    READ = "read"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What fetching *source* came to: how many articles, every rejection, and why it failed.

    `moved_to` is the address that its feed has moved to for good; `next_try_at` (UTC) is set after a failure.
    """

    source: str
    status: SourceStatus
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Rejection, ...] = ()
    problem: str | None = None
    next_try_at: datetime | None = None
    moved_to: str | None = None

    @classmethod
    def of(cls, health: SourceHealth, status: SourceStatus, stored: ImportReport | None = None) -> "SourceReport":
        """Return the report of a source that is doing as *health* says and gave what is *stored*."""
        stored = stored or ImportReport()
        return cls(
            source=health.source,
            status=status,
            imported=stored.imported,
            updated=stored.updated,
            unchanged=stored.unchanged,
            rejected=stored.rejected,
            problem=health.problem,
            next_try_at=health.next_try_at,
            moved_to=health.moved_to,
        )

    @property
    def succeeded(self) -> bool:
        """Say whether it was read or unchanged, and nothing of it was rejected."""
        return self.status in {SourceStatus.READ, SourceStatus.UNCHANGED} and not self.rejected
