"""The calendar of a newsletter: on which dates it comes out, and at which instants. Pure.

Wall-clock times become instants by `instant_of` alone, which says what becomes of a time that a clock change skips
or repeats. Local dates and times never leave this module without their zone: what it gives is in UTC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.editions.window import Schedule, Window, instant_of
from digest.settings import WEEKDAYS, NewsletterSettings
from digest.settings.times import EditionTimes, OneOff

LONGEST_DAYS = 7  # how many days a window may cover: what is older is no news
EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a newsletter comes out: *usual* times on *days* (0 is Monday), in *zone*.

    Not on *skip_dates*. The dates of *one_offs* have an edition at a time of their own, whatever the day of the week.
    A window closes *settle* before its cut-off: what was published since may still change.
    """

    zone: ZoneInfo
    usual: EditionTimes
    days: frozenset[int] = EVERY_DAY
    skip_dates: frozenset[date] = frozenset()
    one_offs: Mapping[date, OneOff] = field(default_factory=dict)
    settle: timedelta = timedelta(0)

    @classmethod
    def of(cls, newsletter: NewsletterSettings) -> "Calendar":
        """Return the calendar that a newsletter's settings describe."""
        return cls(
            zone=newsletter.zone,
            usual=newsletter.times,
            days=frozenset(WEEKDAYS.index(day) for day in newsletter.days),
            skip_dates=frozenset(newsletter.skip_dates),
            one_offs={one.day: one for one in newsletter.one_offs},
            settle=newsletter.settle,
        )

    def skips(self, day: date) -> str | None:
        """Return why there is no edition on *day*, or None when there is one."""
        if day in self.skip_dates:
            return f"{day} is one of skip_dates"
        if day.weekday() not in self.days and day not in self.one_offs:
            return f"{day} is a {day:%A}, and days has none"
        return None

    def times_on(self, day: date) -> EditionTimes:
        """Return the wall-clock times that hold on *day*."""
        one_off = self.one_offs.get(day)
        return self.usual.moved_to(one_off.send_at) if one_off else self.usual

    def cutoff_on(self, day: date) -> datetime:
        """Return the instant (UTC) from which the edition of *day* can be made."""
        return self._instant(day, self.times_on(day).cutoff)

    def closes_on(self, day: date) -> datetime:
        """Return the instant (UTC) at which the window of *day* closes."""
        return self.cutoff_on(day) - self.settle

    def earliest_on(self, day: date) -> datetime:
        """Return the instant (UTC) before which no window of *day* may begin: where one closes `LONGEST_DAYS` before.

        Counted in days and not in hours, so that a weekly newsletter loses nothing in the week of 169 hours.
        """
        return self.closes_on(day - LONGEST_DAYS * _DAY)

    def schedule_on(self, day: date, covered_until: datetime | None) -> Schedule:
        """Return the instants of the edition of *day*.

        Its window begins where that of the edition before ended, *covered_until* (UTC), so that no story is lost or
        repeated, yet never before `earliest_on`; that of the very first edition where the day before closes.
        """
        times, start = self.times_on(day), covered_until or self.closes_on(day - _DAY)
        send_at, deadline = self._instant(day, times.send_at), self._instant(day, times.deadline)
        if deadline <= send_at:  # a gap swallows both: readers are given the time that they usually are
            deadline = send_at + (datetime.combine(day, times.deadline) - datetime.combine(day, times.send_at))
        window = Window(max(start, self.earliest_on(day)), self.closes_on(day))
        return Schedule(day, window, send_at, deadline)

    def date_before(self, day: date) -> date:
        """Return the newest date before *day* with an edition; without one in `LONGEST_DAYS`, the date so far back."""
        for back in range(1, LONGEST_DAYS):
            if self.skips(day - back * _DAY) is None:
                return day - back * _DAY
        return day - LONGEST_DAYS * _DAY

    def schedules(self, first: date, days: int) -> Iterator[Schedule]:
        """Give the schedules of the dates with an edition, *days* dates from *first* on, each out before the next."""
        covered_until = self.closes_on(self.date_before(first))
        for day in (first + number * _DAY for number in range(days)):
            if self.skips(day) is None:
                schedule = self.schedule_on(day, covered_until)
                covered_until = schedule.window.end
                yield schedule

    def _instant(self, day: date, wall_time: time) -> datetime:
        return instant_of(day, wall_time, self.zone)
