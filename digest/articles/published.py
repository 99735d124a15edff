"""When an article was first published, read from text."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from digest.articles.rejection import RejectedError
from subscribers.instant import as_utc

# A year outside these is a slip or means "not set", as 0001-01-01 does; a shift of zone would leave the calendar.
_YEARS = range(1600, 9000)
_LENGTH_OF_A_DATE = len("2020-03-13")


def published_instant(text: str) -> datetime:
    """Return the instant that *text* (ISO 8601 with a zone) names, in UTC.

    Raises:
        RejectedError: *text* is no such time, or lacks its zone or its hour, or its year can't be meant.
    """
    try:
        return plausible_instant(datetime.fromisoformat(text.strip()))
    except RejectedError:
        raise
    except ValueError as error:
        raise RejectedError(f"{text!r} is no time with a zone; write it as 2020-03-13T14:00Z") from error


def plausible_instant(moment: datetime) -> datetime:
    """Return *moment* in UTC.

    Raises:
        ValueError: *moment* is naive.
        RejectedError: Its year is before 1600 or after 8999.
    """
    if moment.year not in _YEARS:
        raise RejectedError(f"{moment.isoformat()} is out of range: the year {moment.year} can't be meant")
    return as_utc(moment)


def first_instant(candidates: list[str]) -> datetime | None:
    """Return the instant of a page that tells its publication *candidates*, the best first; None if none is a time.

    The first with a zone is taken, wherever it stands: pages often carry the same time twice, once without.
    Only when none has a zone is the first one read as UTC, which is how most content systems store it.
    A bare day is no instant.
    """
    moments = [moment for moment in map(_page_time, candidates) if moment]
    best = next((moment for moment in moments if moment.tzinfo), moments[0] if moments else None)
    return best and as_utc(best if best.tzinfo else best.replace(tzinfo=UTC))


def _page_time(text: str) -> datetime | None:
    """Return the time that *text* names, ISO 8601 or as in a mail's Date (RFC 5322 §3.3); None if it is neither."""
    stripped = text.strip()
    if len(stripped) <= _LENGTH_OF_A_DATE:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(stripped)
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
        return moment if moment.year in _YEARS else None
    return None
