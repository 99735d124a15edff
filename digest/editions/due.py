"""What is due: from the calendar of a newsletter, the rows of its editions and the time, to what is to be done. Pure.

So whoever asks, and however late, gets the same answer, and the answer is "nothing" once it is done (law 8).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from digest.editions.calendar import LONGEST_DAYS, Calendar
from digest.editions.edition import EditionStatus

_OPEN = (EditionStatus.SKIPPED, EditionStatus.HELD)


class Act(StrEnum):
    """What is to be done for an edition."""

    REHEARSE = "rehearse"  # from its cut-off on, so that what is wrong is known before its time
    PUBLISH = "publish"  # and deliver
    RESUME = "resume"  # it is published and not settled: whoever delivered it is gone, or is not done
    SETTLE = "settle"  # its deadline has passed, and the equation is open
    SKIP = "skip"  # the calendar has no edition: record so
    MISS = "miss"  # its deadline has passed, and it is not published: record so


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stored edition stands, and until when (UTC) it may be delivered.

    `next_wave` is when the next of its readers are due (UTC), who wake later than others; None where nobody waits.
    """

    status: EditionStatus
    deadline: datetime
    next_wave: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An act that is due for the edition of `local_date`."""

    local_date: date
    act: Act


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a newsletter's dates beside its rows.

    Since when (UTC) it is known here at all, None for long, and which dates were rehearsed and are ready.
    """

    known_since: datetime | None = None
    ready: Collection[date] = ()


NO_WORD = Promise()


def due_editions(
    calendar: Calendar, standings: Mapping[date, Standing], now: datetime, promise: Promise = NO_WORD
) -> Iterator[Due]:
    """Give what is due at *now* (UTC), oldest date first, by where the editions of a newsletter stand.

    *standings* has those that are under way, and all of the last `LONGEST_DAYS` dates. A date without a row counts as
    missed only after a date with one, or if its newsletter was known before its deadline: nobody expected an edition
    before the first.
    """
    for day in sorted(expected_dates(calendar, standings, now)):
        act = _act(calendar, day, standings.get(day), now, promise)
        if act is Act.MISS and not is_promised(calendar, standings, day, promise):
            continue
        if act:
            yield Due(day, act)


def is_promised(calendar: Calendar, standings: Mapping[date, Standing], day: date, promise: Promise) -> bool:
    """Say whether anybody could expect an edition on *day*."""
    if promise.known_since is None or any(earlier <= day for earlier in standings):
        return True
    return promise.known_since < calendar.schedule_on(day, None).deadline


def expected_dates(calendar: Calendar, standings: Mapping[date, Standing], now: datetime) -> set[date]:
    """Return the dates with a row, and those since the first of them in `LONGEST_DAYS`; without any, today."""
    today = now.astimezone(calendar.zone).date()  # no edition goes out before its date begins
    oldest = today - timedelta(days=LONGEST_DAYS)
    first = min((day for day in standings if oldest <= day <= today), default=today)
    return {*standings, *(first + timedelta(days=number) for number in range((today - first).days + 1))}


def _act(calendar: Calendar, day: date, standing: Standing | None, now: datetime, promise: Promise) -> Act | None:
    if standing and standing.status is EditionStatus.SENDING:
        return _act_under_way(standing, now)
    if standing and standing.status not in _OPEN:
        return None
    schedule = calendar.schedule_on(day, None)
    if now < schedule.send_at:
        is_wanted = now >= calendar.cutoff_on(day) and not calendar.skips(day) and day not in promise.ready
        return Act.REHEARSE if is_wanted else None
    if calendar.skips(day):
        return None if standing else Act.SKIP
    if now < schedule.deadline:
        return Act.PUBLISH  # also what was skipped or held: there may be enough stories by now, or an approval
    return None if standing and standing.status is EditionStatus.SKIPPED else Act.MISS


def _act_under_way(standing: Standing, now: datetime) -> Act | None:
    if now >= standing.deadline:
        return Act.SETTLE
    return None if standing.next_wave and now < standing.next_wave else Act.RESUME
