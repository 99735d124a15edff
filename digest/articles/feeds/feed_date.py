"""The dates of feeds, in the forms that are met in the wild."""

# Lists of names read best as text.
# ruff: noqa: SIM905

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

LONGEST = 80
_YEARS = range(1900, 2200)
_PIVOT = 70  # two digits below it are of this century

# RFC 822 §5.1 names the American zones; the others are what newsrooms write, in hours from UTC. Names that mean
# different times in different countries are read as feeds mostly mean them.
_ZONES = {
    **dict.fromkeys("utc ut gmt z wet".split(), 0.0),
    **dict.fromkeys("bst west cet met mez wat".split(), 1.0),
    **dict.fromkeys("cest mest mesz eet cat sast".split(), 2.0),
    **dict.fromkeys("eest msk trt eat idt".split(), 3.0),
    "gst": 4.0,
    "pkt": 5.0,
    "ist": 5.5,
    "npt": 5.75,
    "wib": 7.0,
    "ict": 7.0,
    **dict.fromkeys("awst sgt hkt pht wita myt".split(), 8.0),
    **dict.fromkeys("jst kst".split(), 9.0),
    "acst": 9.5,
    "acdt": 10.5,
    "aest": 10.0,
    "aedt": 11.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "ndt": -2.5,
    "nst": -3.5,
    "adt": -3.0,
    "brt": -3.0,
    "art": -3.0,
    "ast": -4.0,
    "clt": -4.0,
    "edt": -4.0,
    "est": -5.0,
    "cdt": -5.0,
    "cst": -6.0,
    "mdt": -6.0,
    "mst": -7.0,
    "pdt": -7.0,
    "pst": -8.0,
    "akdt": -8.0,
    "akst": -9.0,
    "hst": -10.0,
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar enero ene janvier janv gennaio gen janeiro januari",
            "february feb februar febrero février fevrier févr fevr febbraio fevereiro fev februari",
            "march mar märz maerz mär mrz marzo mars março maart mrt",
            "april apr abril abr avril avr aprile",
            "may mai mayo maggio mag maio mei",
            "june jun juni junio juin giugno giu junho",
            "july jul juli julio juillet juil luglio lug julho",
            "august aug agosto ago août aout augustus",
            "september sep sept septiembre septembre settembre set setembro",
            "october oct oktober okt octubre octobre ottobre ott outubro out",
            "november nov noviembre novembre novembro",
            "december dec dezember dez diciembre dic décembre decembre déc dicembre dezembro desember",
        ),
        start=1,
    )
    for name in names.split()
}
_CLOCK = r"(?:[T\s,]+(?:at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{1,2}|[A-Za-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?))?"
_END = rf"{_CLOCK}{_HALF}{_ZONE}(?:\s*\([^)]*\))?"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?"
_WEEKDAY = r"(?:[^\W\d_]{2,12}(?:\.,?\s*|,\s*|\s+))?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_END}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:T?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?)?{_HALF}{_ZONE}",
        rf"{_WEEKDAY}{_DAY}(?:\s+de|\s+of)?[\s-]+{_NAME}(?:\s+de)?,?[\s-]+(?P<year>\d{{4}}|\d{{2}}){_END}",
        rf"{_WEEKDAY}{_NAME}\s+{_DAY},?\s+(?P<year>\d{{4}}){_END}",
        # The C library's: "Sat Dec 16 14:02:33 EST 2023".
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}(?P<first>\d{{1,2}})[/.](?P<second_number>\d{{1,2}})[/.](?P<year>\d{{4}}){_END}",
    )
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def feed_instant(text: str) -> datetime | None:
    """Return the instant that *text* names, in UTC; None if it names none.

    A time without a zone, or in one that nobody knows, is read as UTC, and a bare day as its first moment there.
    Where day and month are both numbers, a dot puts the day first and a slash the month, unless only the other way
    round is a date.
    """
    line = " ".join(text.split())
    if not line or len(line) > LONGEST:
        return None
    if _EPOCH.fullmatch(line):
        return _instant(lambda: datetime.fromtimestamp(int(line[:10]), UTC))
    found = next((match for form in _FORMS if (match := form.fullmatch(line))), None)
    return _instant(lambda: _moment(found.groupdict(), line)) if found else None


def told_instant(dates: tuple[str, ...]) -> datetime | None:
    """Return the first instant that one of *dates*, the best first, names."""
    return next((instant for text in dates if (instant := feed_instant(text))), None)


def not_after(instant: datetime, now: datetime, tolerance: timedelta) -> tuple[datetime, str | None]:
    """Return *instant*, or *now* for one that lies after it, and a remark where it was more than *tolerance* later."""
    if instant <= now:
        return instant, None
    is_slip = instant <= now + tolerance
    return now, None if is_slip else f"its feed dates it {instant:%Y-%m-%d %H:%M} UTC, which was still to come"


def _instant(read: Callable[[], datetime]) -> datetime | None:
    try:
        moment = read().astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in _YEARS else None


def _moment(parts: dict[str, str | None], line: str) -> datetime:
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == len("26"):
        year += 2000 if year < _PIVOT else 1900
    month, day = _month_and_day(parts, line)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    # 24:00 is the next day's first moment, and a leap second the next minute's.
    later = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    if hour > 24 or minute > 59 or second > 60:  # noqa: PLR2004 - a clock's own numbers
        raise ValueError("no time of day")
    return datetime(year, month, day, tzinfo=_zone(parts.get("zone"))) + later


def _month_and_day(parts: dict[str, str | None], line: str) -> tuple[int, int]:
    if name := parts.get("name"):
        return _MONTHS.get(name.lower(), 0), int(parts["day"] or 0)
    if parts.get("month"):
        return int(parts["month"] or 0), int(parts["day"] or 0)
    first, second = int(parts["first"] or 0), int(parts["second_number"] or 0)
    day_first = "." in line.partition(" ")[0] or first > 12  # noqa: PLR2004 - months
    return (second, first) if day_first else (first, second)


def _zone(name: str | None) -> timezone:
    if not name:
        return UTC
    named, sign, offset = re.fullmatch(r"([A-Za-z]*)([+-]?)([\d:]*)", name).groups()  # type: ignore[union-attr]  # the form matched
    hours = _ZONES.get(named.lower(), 0.0)
    digits = offset.replace(":", "")
    if digits:
        whole, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))  # noqa: PLR2004
        hours += (whole + minutes / 60) * (-1 if sign == "-" else 1)
    return timezone(timedelta(hours=hours))
