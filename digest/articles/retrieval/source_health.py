"""How a source is doing, and what one more try makes of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Whoever asks to be left alone is heard, but nobody is left alone for ever.
LONGEST_SILENCE = timedelta(days=7)
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How the source called `source` is doing; instants are in UTC.

    `feed` is the configured address that all this is true of, `moved_to` where it answers for good now. `etag` and
    `last_modified` are of what was last read whole. `changed_at` is when it last had something else to say,
    `newest_at` the instant of its newest article. `failures` in a row, the last one's `problem`, and not before
    `next_try_at` a next try. `entries` and `rejected` are of the last reading.
    """

    source: str
    feed: str
    tried_at: datetime
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    succeeded_at: datetime | None = None
    changed_at: datetime | None = None
    newest_at: datetime | None = None
    failures: int = 0
    next_try_at: datetime | None = None
    problem: str | None = None
    entries: int = 0
    rejected: int = 0

    @property
    def address(self) -> str:
        """Return where to ask."""
        return self.moved_to or self.feed

    def waits(self, now: datetime) -> bool:
        """Say whether it is to be left alone at *now*."""
        return self.next_try_at is not None and now < self.next_try_at


@dataclass(frozen=True, slots=True)
class BackOff:
    """The wait after a failure: `first`, doubled with each further one, at most `longest`."""

    first: timedelta
    longest: timedelta

    def wait(self, failures: int, jitter: float, asked: timedelta | None = None) -> timedelta:
        """Return how long to wait after so many *failures* in a row, one or more.

        *jitter* is a chance number from 0 to 1, which moves it by a fifth at the most, so that sources that failed
        together do not come back together. *asked* is what the server asked for, at the least and up to seven days.
        """
        doubled = min(self.first * float(2 ** min(failures - 1, 32)), self.longest)
        own = doubled * (1 - JITTER + 2 * JITTER * jitter)
        return max(own, min(asked or timedelta(), LONGEST_SILENCE))


def known_health(stored: SourceHealth | None, source: str, feed: str, now: datetime) -> SourceHealth:
    """Return what is known of *source*: nothing where it was never tried or its *feed* is another now."""
    return stored if stored and stored.feed == feed else SourceHealth(source, feed, tried_at=now)


def after_reading(
    health: SourceHealth,
    now: datetime,
    *,
    moved_to: str | None,
    etag: str | None,
    last_modified: str | None,
    newest_at: datetime | None,
    entries: int,
    rejected: int,
) -> SourceHealth:
    """Return *health* after a feed was read at *now*."""
    return replace(
        health,
        tried_at=now,
        succeeded_at=now,
        changed_at=now,
        moved_to=moved_to or health.moved_to,
        etag=etag,
        last_modified=last_modified,
        newest_at=newest_at or health.newest_at,
        failures=0,
        next_try_at=None,
        problem=None,
        entries=entries,
        rejected=rejected,
    )


def after_no_change(health: SourceHealth, now: datetime, moved_to: str | None) -> SourceHealth:
    """Return *health* after its server said at *now* that nothing changed."""
    return replace(
        health,
        tried_at=now,
        succeeded_at=now,
        moved_to=moved_to or health.moved_to,
        failures=0,
        next_try_at=None,
        problem=None,
    )


def after_failure(
    health: SourceHealth, now: datetime, problem: str, back_off: BackOff, jitter: float, asked: timedelta | None
) -> SourceHealth:
    """Return *health* after a try at *now* that failed for *problem*.

    An address that it had moved to is forgotten with the answers it gave: the next try begins at the configured one.
    """
    failures = health.failures + 1
    failed = replace(
        health,
        tried_at=now,
        failures=failures,
        next_try_at=now + back_off.wait(failures, jitter, asked),
        problem=problem,
    )
    return replace(failed, moved_to=None, etag=None, last_modified=None) if health.moved_to else failed
