"""What the watchdog knows when it looks: values of the database's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.alerts.canary_store import CanaryCopy
from digest.articles.retrieval.source_health import SourceHealth
from digest.editions.edition import PUBLISHED, EditionStatus
from digest.editions.rehearsal_store import Rehearsed


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """An edition's row. The counts are None until it is settled; instants are in UTC.

    `next_wave` is when the next of its readers are due, while nobody has any copy in hand; None where all are due at
    once, or none is open.
    """

    local_date: date
    status: EditionStatus
    reason: str | None
    deadline: datetime
    recorded_at: datetime
    eligible: int | None = None
    sent: int | None = None
    failed: int | None = None
    unknown: int | None = None
    skipped: int | None = None
    next_wave: datetime | None = None

    @property
    def is_published(self) -> bool:
        """Say whether artifact and audience are frozen."""
        return self.status in PUBLISHED

    @property
    def settled(self) -> tuple[int, int, int, int]:
        """Return how many were sent, failed, unknown and skipped."""
        return self.sent or 0, self.failed or 0, self.unknown or 0, self.skipped or 0


@dataclass(frozen=True, slots=True)
class NewsletterFacts:
    """What is known of one newsletter.

    Its editions by date, how the last tries went, since when (UTC) it is known here, and how many of its readers left
    between each published edition and the next; what the canary was sent of them.
    """

    editions: Mapping[date, EditionFacts] = field(default_factory=dict)
    rehearsals: Mapping[date, Rehearsed] = field(default_factory=dict)
    known_since: datetime | None = None
    left: Mapping[date, int] = field(default_factory=dict)
    canary: tuple[CanaryCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayTrouble:
    """Why a relay is left alone, since when, and when that was last seen (UTC)."""

    relay: str
    trouble: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. `has_clock` says that some `digest serve` is in charge of editions and feeds.

    `dead_clock` names the one that is in charge and has given no sign of life for too long.
    """

    newsletters: Mapping[str, NewsletterFacts] = field(default_factory=dict)
    healths: Mapping[str, SourceHealth] = field(default_factory=dict)
    troubles: tuple[RelayTrouble, ...] = ()
    has_clock: bool = False
    dead_clock: str | None = None
