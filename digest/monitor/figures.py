"""The figures of a service: what its database and its configuration say of it at one moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from digest.articles.retrieval.source_health import SourceHealth
from digest.clock.agenda import Rows
from digest.editions.calendar import Calendar
from digest.editions.due import Act, Standing, due_editions
from digest.settings import Settings

WAITED_FOR = (Act.PUBLISH, Act.RESUME, Act.SETTLE)


@dataclass(frozen=True, slots=True)
class Tally:
    """The editions of a newsletter that stand alike, and the sums of what became of their deliveries."""

    newsletter: str
    status: str
    editions: int
    eligible: int
    sent: int
    failed: int
    unknown: int
    skipped: int
    last_settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An edition that is being delivered: how many are still open, and of how many nobody knows.

    `since` is when the oldest of those that are open were due (UTC).
    """

    newsletter: str
    since: datetime
    eligible: int
    queued: int
    claimed: int
    unknown: int

    @property
    def done(self) -> int:
        """Return how many are settled, for better or worse."""
        return self.eligible - self.queued - self.claimed


@dataclass(frozen=True, slots=True)
class LeaseSign:
    """The last sign of life of who reads feeds and sends editions."""

    beats: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them. `mails_due_at` is when the oldest waiting mail of the sign-up was due (UTC), None for none."""

    tallies: tuple[Tally, ...]
    under_way: tuple[UnderWay, ...]
    mails_waiting: int
    mails_due_at: datetime | None
    lease: LeaseSign | None
    rows: Rows

    @property
    def healths(self) -> Mapping[str, SourceHealth]:
        """Return how each source that was ever tried is doing."""
        return self.rows.healths


def lateness(settings: Settings, rows: Rows, now: datetime) -> dict[str, float]:
    """Return for each newsletter how many seconds past its `send_at` the oldest edition is that is not settled; or 0.

    One that waits for stories, an approval or an editor counts too, until its deadline.
    """
    late = {}
    for slug, newsletter in settings.newsletters.items():
        calendar = Calendar.of(newsletter)
        standings = rows.standings.get(slug, {})
        days = [one.local_date for one in due_editions(calendar, standings, now) if one.act in WAITED_FOR]
        since = (_since(calendar, day, standings.get(day)) for day in days)
        late[slug] = max(((now - moment).total_seconds() for moment in since), default=0.0)
    return late


def _since(calendar: Calendar, day: date, standing: Standing | None) -> datetime:
    """Return since when (UTC) an edition is waited for: its send_at, or that of its readers who are next."""
    return (standing and standing.next_wave) or calendar.schedule_on(day, None).send_at


def done_by_newsletter(figures: Figures) -> dict[str, int]:
    """Return how many deliveries of each newsletter are settled, those of editions under way included."""
    done: dict[str, int] = {}
    for tally in figures.tallies:
        if tally.status == "sent":
            done[tally.newsletter] = done.get(tally.newsletter, 0) + tally.eligible
    for edition in figures.under_way:
        done[edition.newsletter] = done.get(edition.newsletter, 0) + edition.done
    return done
