"""Readers' mornings: when an edition goes to readers who live in other zones than the newsletter's. Pure.

An edition is made once, for all, at the newsletter's own time. Whoever lives further west gets it when their clocks
come to the same hour. Where they have passed it already, as in the east, the edition waits for the next morning: what
is in it happened after their last one. So every reader has every edition once, at the hour that was promised, within a
day and a few hours after it was made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from digest.editions.calendar import Calendar
from digest.editions.window import Schedule, instant_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wave:
    """The readers in *zones*, who are due at one instant, and until when their copies may go out (both UTC)."""

    send_at: datetime
    deadline: datetime
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mornings:
    """The mornings on which the edition of `local_date` reaches its readers.

    It is made for `send_at` (UTC) and goes out where clocks show `wall_time`; each copy may go out for a `span`.
    """

    local_date: date
    wall_time: time
    send_at: datetime
    span: timedelta

    @classmethod
    def of(cls, calendar: Calendar, local_date: date) -> "Mornings":
        """Return the mornings of the edition of *local_date* in a newsletter's *calendar*."""
        schedule = calendar.schedule_on(local_date, None)
        return cls(
            local_date, calendar.times_on(local_date).send_at, schedule.send_at, schedule.deadline - schedule.send_at
        )

    def morning_in(self, zone: ZoneInfo) -> datetime:
        """Return the instant (UTC) at which the edition is due in *zone*, by the one rule for clock changes."""
        mornings = (instant_of(self.local_date + after * _DAY, self.wall_time, zone) for after in count())
        return next(morning for morning in mornings if morning >= self.send_at)

    def waves(self, zones: Iterable[str], published_at: datetime) -> list[Wave]:
        """Return the waves in which an edition that was published at *published_at* (UTC) reaches *zones*, in order.

        Whoever was due before that is due at once, and given as much time as anybody.
        """
        due: dict[datetime, list[str]] = {}
        for name in sorted(zones):
            due.setdefault(self.morning_in(ZoneInfo(name)), []).append(name)
        return [
            Wave(moment, max(moment, published_at) + self.span, tuple(names)) for moment, names in sorted(due.items())
        ]

    def own(self, published_at: datetime) -> Wave:
        """Return the wave of those whose zone nobody knows: they wake with the newsletter."""
        return Wave(self.send_at, max(self.send_at, published_at) + self.span, ())


def last_deadline(schedule: Schedule, waves: Iterable[Wave]) -> datetime:
    """Return until when (UTC) an edition is under way that goes out in *waves*."""
    return max((schedule.deadline, *(wave.deadline for wave in waves)))
