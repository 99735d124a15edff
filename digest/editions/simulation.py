"""A simulation: what a newsletter's calendar comes to, date by date, without a database and without sending. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.editions.calendar import Calendar
from digest.editions.mornings import Mornings, Wave
from digest.editions.window import Schedule


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """One local date: its `schedule` and `cutoff` (UTC), or None where there is no edition.

    `reason` says why there is none, or why its times are not the usual ones; None for a usual day. `waves` are when it
    reaches readers who live in other zones, where they were asked for.
    """

    local_date: date
    schedule: Schedule | None
    cutoff: datetime | None
    reason: str | None
    waves: tuple[Wave, ...] = ()


def simulate(calendar: Calendar, first: date, days: int, zones: Collection[str] = ()) -> Iterator[SimulatedDay]:
    """Give *days* dates from *first* on, each once, as if every edition before them had gone out.

    And when each reaches readers in *zones* on their own mornings.
    """
    schedules = {schedule.local_date: schedule for schedule in calendar.schedules(first, days)}
    for day in (first + timedelta(days=number) for number in range(days)):
        schedule, one_off = schedules.get(day), calendar.one_offs.get(day)
        cutoff = calendar.cutoff_on(day) if schedule else None
        waves = Mornings.of(calendar, day).waves(zones, schedule.send_at) if schedule else []
        yield SimulatedDay(day, schedule, cutoff, one_off.why if one_off else calendar.skips(day), tuple(waves))
