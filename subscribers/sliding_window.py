"""The sliding hour: how much happened lately, from the counts of two fixed hours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(hours=1)


def window_at(moment: datetime) -> datetime:
    """Return when the fixed window began that *moment* is in (UTC)."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def estimate(previous: int, current: int, elapsed: float) -> float:
    """Return about how many there were in the hour until now, *elapsed* (0 to 1) of the current window being over.

    As much of the *previous* window counts as still lies within that hour.
    """
    return previous * (1 - elapsed) + current


def free_from(previous: int, current: int, limit: int, elapsed: float) -> float | None:
    """Return the part of the window (*elapsed* at the earliest) after which one more is within *limit*.

    None means not in this window any more.
    """
    over = previous + current + 1 - limit
    if over <= previous * elapsed:
        return elapsed
    return over / previous if over < previous else None


def first_room(counts: Callable[[datetime], int], limit: int, earliest: datetime, latest: datetime) -> datetime | None:
    """Return the first instant (UTC) from *earliest* at which one more is within *limit*; None: none up to *latest*.

    *counts* tells of each window, by when it begins, how many are in it already, those to come included.
    """
    moment = earliest
    while moment <= latest:
        window = window_at(moment)
        free = free_from(counts(window - WINDOW), counts(window), limit, (moment - window) / WINDOW)
        if free is not None and (found := max(moment, window + free * WINDOW)) < window + WINDOW:
            return found if found <= latest else None
        moment = window + WINDOW
    return None
