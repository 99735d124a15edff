"""What every command works with: the configuration, the database, the clock and the two streams."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from digest.configuration import load_settings
from digest.database import Database
from digest.errors import BadInputError
from digest.logs import start_logging
from digest.schema import require_schema
from digest.settings import NewsletterSettings, Settings

FIRST_DATE = date(1970, 1, 1)
LAST_DATE = date(9998, 12, 31)  # a window and a deadline still fit into the calendar


@dataclass
class Desk:
    """One run of the command line. *config* is the path of `digest.toml`."""

    config: Path
    out: Console = field(default_factory=lambda: Console(soft_wrap=True, highlight=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, soft_wrap=True, highlight=False))
    _opened: list[Database] = field(default_factory=list, repr=False)

    def settings(self) -> Settings:
        """Read the configuration, and log from here on as it says."""
        settings = load_settings(self.config, os.environ)
        start_logging(settings.logging)
        return settings

    def database(self, settings: Settings) -> Database:
        """Open the database, which must have this version's tables."""
        database = self.any_database(settings)
        require_schema(database)
        return database

    def any_database(self, settings: Settings) -> Database:
        """Open the database, whatever is in it."""
        self._opened.append(Database(settings.database.url.get_secret_value()))
        return self._opened[-1]

    def close(self) -> None:
        """Close what was opened: SQLite then has all in its one file."""
        for database in self._opened:
            database.close()

    def now(self) -> datetime:
        """Read the clock."""
        return utc_now()

    def say(self, text: str) -> None:
        """Print one result for a person, as it is: no markup is read in it."""
        self.out.print(text, markup=False)

    def tell(self, text: str) -> None:
        """Print a remark beside the results."""
        self.err.print(text, markup=False)

    def say_json(self, value: Any) -> None:
        """Print a result for a program."""
        print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201 - never wrapped or coloured


def utc_now() -> datetime:
    """Read the clock; a plain function, which a spawned process can be given."""
    return datetime.now(UTC)


def newsletter_named(settings: Settings, slug: str) -> NewsletterSettings:
    """Return a newsletter's settings.

    Raises:
        BadInputError: there is no such newsletter; the message names those there are.
    """
    if slug not in settings.newsletters:
        known = ", ".join(sorted(settings.newsletters)) or "none"
        raise BadInputError(f"there is no newsletter {slug!r} in the configuration; there is {known}")
    return settings.newsletters[slug]


def date_named(text: str | None, newsletter: NewsletterSettings, now: datetime, option: str = "--date") -> date:
    """Return the local date that *option* names by *text* (ISO 8601), by default today's in the newsletter's zone.

    Raises:
        BadInputError: *text* is no date, or one so far away that no window can be told for it.
    """
    if text is None:
        return now.astimezone(newsletter.zone).date()
    try:
        named = date.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"{option} {text!r} is no date; write it as 2026-11-22") from error
    if not FIRST_DATE <= named <= LAST_DATE:
        raise BadInputError(f"{option} {named} is out of reach; it may be {FIRST_DATE} to {LAST_DATE}")
    return named
