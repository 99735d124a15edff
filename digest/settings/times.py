"""An edition's wall-clock times, on a usual day and on one that differs."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator

_DAY_MINUTES = 24 * 60
_ONE_OFF = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) (?P<send_at>([01]\d|2[0-3]):[0-5]\d), (?P<why>.*\S)\s*")


@dataclass(frozen=True, slots=True)
class EditionTimes:
    """When an edition's window closes, when it goes out, and until when it may: times of one day, to the minute."""

    cutoff: time
    send_at: time
    deadline: time

    @property
    def are_in_order(self) -> bool:
        """Say whether they follow one another; cut-off and sending may be one moment."""
        return self.cutoff <= self.send_at < self.deadline

    def moved_to(self, send_at: time) -> "EditionTimes":
        """Return these times with the sending at *send_at*, and the others as far from it as they are now.

        Raises:
            ValueError: one of them would fall on another day.
        """
        minutes = _minutes(send_at) - _minutes(self.send_at)
        return EditionTimes(_later(self.cutoff, minutes), send_at, _later(self.deadline, minutes))


@dataclass(frozen=True, slots=True)
class OneOff:
    """A date whose edition goes out at another time than usual (wall clock), and why."""

    day: date
    send_at: time
    why: str

    @classmethod
    def parse(cls, raw: object) -> "OneOff":
        """Read "2026-11-04 04:00, election".

        Raises:
            ValueError: it is written in another way, or names no date.
        """
        parts = _ONE_OFF.fullmatch(raw) if isinstance(raw, str) else None
        with suppress(ValueError):  # no such date
            if parts:
                return cls(date.fromisoformat(parts["day"]), time.fromisoformat(parts["send_at"]), parts["why"])
        raise ValueError(f'{raw!r} is no date, time and reason; write it as "2026-11-04 04:00, election"')


def _one_item(value: object) -> object:
    # Its items hold commas, so that the environment writes several of them as JSON.
    return [value] if isinstance(value, str) else value


OneOffs = Annotated[tuple[Annotated[OneOff, BeforeValidator(OneOff.parse)], ...], BeforeValidator(_one_item)]


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _later(moment: time, minutes: int) -> time:
    moved = _minutes(moment) + minutes
    if not 0 <= moved < _DAY_MINUTES:
        raise ValueError(f"{moment:%H:%M} moved by {minutes} minutes is on another day")
    return time(*divmod(moved, 60))
