"""What is due: from the calendar of a newsletter, the rows of its editions and the time, to what is to be done. Pure.

So whoever asks, and however late, gets the same answer, and the answer is "nothing" once it is done (law 8).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from digest.editions.calendar import LONGEST_DAYS, Calendar
from digest.editions.edition import EditionStatus

_OPEN = (EditionStatus.SKIPPED, EditionStatus.HELD)


class Act(StrEnum):
    """What is to be done for an edition."""

    PUBLISH = "publish"  # and deliver
    RESUME = "resume"  # it is published and not settled: whoever delivered it is gone, or is not done
    SETTLE = "settle"  # its deadline has passed, and the equation is open
    SKIP = "skip"  # the calendar has no edition: record so
    MISS = "miss"  # its deadline has passed, and it is not published: record so


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stored edition stands, and until when (UTC) it may be delivered."""

    status: EditionStatus
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """An act that is due for the edition of `local_date`."""

    local_date: date
    act: Act


def due_editions(calendar: Calendar, standings: Mapping[date, Standing], now: datetime) -> Iterator[Due]:
    """Give what is due at *now* (UTC), oldest date first, by where the editions of a newsletter stand.

    *standings* has those that are under way, and all of the last `LONGEST_DAYS` dates. A date without a row counts as
    missed only after a date with one: nobody expected an edition before the first.
    """
    for day in sorted(_dates(calendar, standings, now)):
        act = _act(calendar, day, standings.get(day), now)
        if act:
            yield Due(day, act)


def _dates(calendar: Calendar, standings: Mapping[date, Standing], now: datetime) -> set[date]:
    today = now.astimezone(calendar.zone).date()  # no edition goes out before its date begins
    oldest = today - timedelta(days=LONGEST_DAYS)
    first = min((day for day in standings if oldest <= day <= today), default=today)
    return {*standings, *(first + timedelta(days=number) for number in range((today - first).days + 1))}


def _act(calendar: Calendar, day: date, standing: Standing | None, now: datetime) -> Act | None:
    if standing and standing.status is EditionStatus.SENDING:
        return Act.RESUME if now < standing.deadline else Act.SETTLE
    if standing and standing.status not in _OPEN:
        return None
    schedule = calendar.schedule_on(day, None)
    if now < schedule.send_at:
        return None
    if calendar.skips(day):
        return None if standing else Act.SKIP
    if now < schedule.deadline:
        return Act.PUBLISH  # also what was skipped or held: there may be enough stories by now, or an approval
    return None if standing and standing.status is EditionStatus.SKIPPED else Act.MISS
