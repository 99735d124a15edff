"""The newsroom that is measured: its articles and its publication."""

from datetime import UTC, date, datetime, timedelta

from digest.articles.article import Article
from digest.rendering.publication import Publication

SLUG = "daily-headlines"
DAY = date(2020, 3, 14)
STORIES = 25  # a message of 30 KB
CUTOFF = datetime(2020, 3, 14, 5, 30, tzinfo=UTC)
PUBLICATION = Publication(
    slug=SLUG,
    name="Daily Headlines",
    pitch="",
    site_name="The Quay Times",
    base_url="https://news.quay.example",
    language="en",
    timezone="UTC",
    send_time="06:00",
    postal_address="3 Pier Road, Westhaven",
    contact="editor@quay.example",
)


def article(number: int) -> Article:
    """Invent an article, published *number* minutes before the cut-off."""
    return Article(
        url=f"https://quay.example/stories/{number}",
        source="The Quay Times" if number % 3 else "Another Coast",
        own=True,  # of reports by others on the same event, as these read, only one would stand
        headline=f"Story number {number} comes from the quay and is told in one line",
        summary="What happened at the quay is told here in a plain sentence. A second one says why it matters to us.",
        body_html="<p>Body.</p>",
        published=CUTOFF - timedelta(minutes=number + 1),
    )
