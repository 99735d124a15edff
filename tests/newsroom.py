"""An invented newsroom for tests: its configuration, its articles, its readers."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest.articles.article import Article
from digest.articles.store import store_articles
from digest.configuration import load_settings
from digest.database import Database
from digest.settings import Settings
from subscribers.address import EmailAddress
from subscribers.store import Intake, Newcomer, subscribe_imported
from subscribers.tokens import keyring

NEWSLETTER = "morning"
DAY = date(2026, 3, 14)
CUTOFF = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
MORNING = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
SECRET = "a secret of more than thirty-two characters"

CONFIGURATION = """
[site]
name = "The Quay Times"
base_url = "http://127.0.0.1:8000"
postal_address = "3 Pier Road, Westhaven"
contact = "editor@quay.example"
secret = "{secret}"

[database]
url = "{database_url}"

[smtp]
url = "{smtp_url}"
connections = {connections}
retry_first_seconds = 300
timeout_seconds = 5

[newsletters.morning]
name = "Morning Headlines"
from = "headlines@quay.example"
timezone = "UTC"
cutoff = "05:30"
send_at = "06:00"
deadline = "10:00"
min_stories = 2

[[sources]]
name = "The Quay Times"
own = true
weight = 2.0
"""


def configure(
    folder: Path,
    database_url: str,
    smtp_url: str = "smtp://127.0.0.1:1",
    connections: int = 2,
    more: str = "",
    **newsletter: object,
) -> Settings:
    """Write the newsroom's digest.toml into *folder* and read it, with some keys of the newsletter set otherwise."""
    path = folder / "digest.toml"
    text = CONFIGURATION.format(secret=SECRET, database_url=database_url, smtp_url=smtp_url, connections=connections)
    path.write_text(text + more, encoding="utf-8")
    keys = {f"DIGEST_NEWSLETTERS__MORNING__{key.upper()}": str(value) for key, value in newsletter.items()}
    return load_settings(path, keys)


def article(number: int, *, hours_before_cutoff: float = 3.0, cutoff: datetime = CUTOFF) -> Article:
    """Invent an article of our own newsroom."""
    return Article(
        url=f"https://quay.example/stories/{number}",
        source="The Quay Times",
        own=True,
        headline=f"Story number {number} comes from the quay",
        summary=f"What happened at the quay in story {number} is told here in one plain sentence.",
        body_html=f"<p>The body of story {number}.</p>",
        published=cutoff - timedelta(hours=hours_before_cutoff, minutes=number),
        section="Quay",
    )


def stock(database: Database, stories: int = 5, cutoff: datetime = CUTOFF, first: int = 1) -> None:
    """Store *stories* articles for the edition that closes at *cutoff*."""
    with database.writing() as session:
        store_articles(session, [article(first + number, cutoff=cutoff) for number in range(stories)], cutoff)


def enlist(database: Database, readers: int, newsletter: str = NEWSLETTER) -> list[str]:
    """Put *readers* invented readers on the newsletter; return their addresses."""
    addresses = [f"reader{number}@example.org" for number in range(1, readers + 1)]
    intake = Intake(newsletter, "test", keyring([SECRET]), CUTOFF)
    with database.writing() as session:
        subscribe_imported(session, [Newcomer(EmailAddress.parse(address)) for address in addresses], intake)
    return addresses
