"""The demo: a whole morning of an invented newsroom on this machine, without a server and without a network."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.articles.defaults import Defaults
from digest.articles.importing import ImportReport, import_articles
from digest.articles.reading import read_articles
from digest.configuration import load_settings
from digest.database import Database
from digest.delivery.crew import Assignment
from digest.delivery.dispatch import deliver, prepare
from digest.delivery.ledger import Closing
from digest.delivery.publishing import Published
from digest.demo.catcher import Catcher
from digest.demo.day import OWN_NEWSROOM, PICTURES, READERS, write_sample_day
from digest.editions.calendar import Calendar
from digest.errors import DigestError
from digest.preview import preview_edition, write_preview
from digest.settings import Settings
from digest.upgrading import upgrade_schema
from subscribers.store import Intake
from subscribers.tokens import keyring
from subscribers.transfer import import_subscribers, read_rows

NEWSLETTER = "daily-headlines"
EXAMPLE = Path(__file__).parent / "digest.toml"


@dataclass(frozen=True)
class Morning:
    """What the demo did, for a person to read."""

    settings: Settings
    database: Database
    articles: ImportReport
    readers: int
    published: Published
    closing: Closing
    files: tuple[Path, ...]


async def live_a_morning(folder: Path, base_url: str, catcher: Catcher, clock: Callable[[], datetime]) -> Morning:
    """Import the sample day, make today's edition, and send it to 25 invented readers at *catcher*.

    *folder* gets the configuration, the database and the preview's files. *base_url* is where the pictures
    will be served, under /pictures. *clock* gives the time in UTC.

    Raises:
        DigestError: the sample day made no edition.
    """
    now = clock()
    _write_configuration(folder, base_url, catcher.url)
    settings = load_settings(folder / "digest.toml", {})
    database = Database(settings.database.url.get_secret_value())
    upgrade_schema(database)
    newsletter = settings.newsletters[NEWSLETTER]
    today = now.astimezone(newsletter.zone).date()
    cutoff = Calendar.of(newsletter).cutoff_on(today)
    articles = _import_day(folder, database, cutoff, base_url, now)
    readers = _import_readers(database, settings, now)
    preview = preview_edition(database, settings, NEWSLETTER, today, now)
    files = write_preview(preview, folder / "preview")
    _keep_pictures(files[0], base_url)
    published = await prepare(database, settings, NEWSLETTER, today, clock(), late=True)
    if not isinstance(published, Published):
        raise DigestError(f"the sample day made no edition: {published.reason}")
    closing = await deliver(database, Assignment(settings, published, clock))
    return Morning(settings, database, articles, readers, published, closing, tuple(files))


def _write_configuration(folder: Path, base_url: str, smtp_url: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    values = {"@BASE_URL@": base_url, "@SMTP_URL@": smtp_url, "@SECRET@": secrets.token_urlsafe(32)}
    for mark, value in values.items():
        text = text.replace(mark, value)
    (folder / "digest.toml").write_text(text, encoding="utf-8")


def _keep_pictures(page: Path, base_url: str) -> None:
    """Put the pictures beside *page*, and show them from there: it is looked at when nothing is served any more."""
    shutil.copytree(PICTURES, page.parent / "pictures", dirs_exist_ok=True)
    shown = page.read_text(encoding="utf-8").replace(f"{base_url}/pictures/", "pictures/")
    page.write_text(shown, encoding="utf-8")


def _import_day(folder: Path, database: Database, cutoff: datetime, base_url: str, now: datetime) -> ImportReport:
    day = folder / "articles.jsonl"
    write_sample_day(day, cutoff, f"{base_url}/pictures")
    with day.open("rb") as unused:
        items = read_articles([str(day)], Defaults(), frozenset({OWN_NEWSROOM}), unused)
        return import_articles(database, items, lambda: now)


def _import_readers(database: Database, settings: Settings, now: datetime) -> int:
    intake = Intake(NEWSLETTER, "invented for the demo", keyring(settings.site.all_secrets), now)
    with READERS.open(encoding="utf-8") as lines:
        return import_subscribers(read_rows(lines), database.writing, intake).added
