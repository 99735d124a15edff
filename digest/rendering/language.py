"""What a page's language decides: the side it is read from, and how a date is written."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"}
)
RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})

# Not strftime: its names follow the machine's locale, and the same edition must give the same bytes (M28).
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def direction(language: str) -> str:
    """Return "rtl" or "ltr" for a BCP 47 tag."""
    primary, *rest = language.lower().split("-")
    scripts = {part for part in rest if len(part) == len("arab")}
    if scripts:
        return "rtl" if scripts & RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if primary in RIGHT_TO_LEFT else "ltr"


def written_date(day: date, language: str) -> str:
    """Return *day* as a reader of *language* takes it: in words in English, elsewhere as 2026-11-22."""
    tag = language.lower()
    if tag.split("-")[0] != "en":
        return day.isoformat()
    weekday, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    if tag == "en-us":
        return f"{weekday}, {month} {day.day}, {day.year}"
    return f"{weekday}, {day.day} {month} {day.year}"


def written_time(instant: datetime, timezone: str) -> str:
    """Return the wall-clock time of *instant* in *timezone*, as 05:12."""
    return f"{instant.astimezone(ZoneInfo(timezone)):%H:%M}"
