"""What the site offers: its newsletters, in the words of a page."""

from collections.abc import Mapping
from datetime import time

from digest.settings import WEEKDAYS, NewsletterSettings, Settings
from subscribers.web import OfferedNewsletter

WORK_DAYS = WEEKDAYS[:5]
NAMES = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


def offered_newsletters(settings: Settings) -> Mapping[str, OfferedNewsletter]:
    """Return every newsletter by its slug, in the order of the configuration."""
    return {
        slug: OfferedNewsletter(
            newsletter.name,
            send_days(newsletter),
            send_time(newsletter),
            newsletter.pitch,
            on_own_morning=newsletter.mornings == "reader",
        )
        for slug, newsletter in settings.newsletters.items()
    }


def send_time(newsletter: NewsletterSettings) -> str:
    """Return when it comes, such as "6:00 UTC" or "6:30 New York time"."""
    return f"{_hour(newsletter.send_at)} {_clock_of(newsletter.timezone)}"


def send_days(newsletter: NewsletterSettings) -> str:
    """Return on which days it comes, such as "Every day" or "Monday, Wednesday and Friday"."""
    days = [day for day in WEEKDAYS if day in newsletter.days]
    if len(days) == len(WEEKDAYS):
        return "Every day"
    if tuple(days) == WORK_DAYS:
        return "Monday to Friday"
    *first, last = [NAMES[day] for day in days] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _hour(moment: time) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def _clock_of(zone: str) -> str:
    place = zone.rpartition("/")[2].replace("_", " ")
    return "UTC" if place in {"UTC", "UCT", "Zulu", "Universal"} else f"{place} time"
