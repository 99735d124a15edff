"""A finding: something that is wrong now, by a code that stays the same for ever."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Code(StrEnum):
    """What can be wrong. Each has a section in `docs/alerts.md`."""

    EDITION_NOT_READY = "edition-not-ready"
    EDITION_NOT_STARTED = "edition-not-started"
    EDITION_HELD = "edition-held"
    EDITION_SKIPPED = "edition-skipped"
    EDITION_MISSED = "edition-missed"
    EDITION_OPEN = "edition-open"
    EQUATION_OPEN = "equation-open"
    DELIVERIES_UNKNOWN = "deliveries-unknown"
    REFUSED_SPIKE = "refused-spike"
    LEFT_SPIKE = "left-spike"
    SOURCE_STALE = "source-stale"
    RELAY_UNWELL = "relay-unwell"
    NO_HEARTBEAT = "no-heartbeat"
    CANARY_ABSENT = "canary-absent"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: what, with which thing (`subject`), since when (UTC), and `words` that say it in a sentence.

    One code with one subject is one alert, however often it is found.
    """

    code: Code
    subject: str
    since: datetime
    words: str
