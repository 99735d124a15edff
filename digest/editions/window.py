"""Wall-clock times as instants, and the span of time an edition covers.

The rule for the two hours a year that a wall clock gets wrong: a time that is skipped in spring means the
first instant after the gap; a time that comes twice in autumn means its first occurrence. So every local
date has each time exactly once (traps T19, T20).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span `[start, end)` in UTC whose articles an edition may hold."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """Return the length in hours: 24, but 23 or 25 across a clock change (Lord Howe 23.5 or 24.5)."""
        return (self.end - self.start) / timedelta(hours=1)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instants of one edition, in UTC: its window, when it goes out, and until when it may."""

    local_date: date
    window: Window
    send_at: datetime
    deadline: datetime


def instant_of(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which clocks in *zone* show *wall_time*, to the second, on *day*.

    In a gap it is the first instant after it; in a fold the first occurrence, whichever *wall_time* names.
    """
    local = datetime.combine(day, wall_time.replace(fold=0), tzinfo=zone)
    later = local.astimezone(UTC)
    if later.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return later
    earlier = local.replace(fold=1).astimezone(UTC)
    return _first_with_offset_of(later, earlier, zone)


def _first_with_offset_of(after: datetime, before: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second in `(before, after]` at which *zone* keeps the time it keeps at *after*."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
