"""The newsroom that is measured: its articles and its publication."""

from datetime import UTC, date, datetime, timedelta
from random import Random

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


# Invented words: stories that share theirs would be looked into as reports on one event, which a day's stories are not.
_SYLLABLES = ("ba", "cor", "den", "fi", "gal", "hu", "jor", "kel", "lim", "mo", "nar", "pel", "ru", "sto", "ti", "vas")


def article(number: int) -> Article:
    """Invent an article, published *number* minutes before the cut-off."""
    words = _words(number)
    return Article(
        url=f"https://quay.example/stories/{number}",
        source="The Quay Times" if number % 3 else "Another Coast",
        own=True,  # of reports by others on the same event only one would stand
        headline=" ".join(words[:9]).capitalize(),
        summary=f"{' '.join(words[9:15]).capitalize()} at the quay. {' '.join(words[15:]).capitalize()} for all of us.",
        body_html="<p>Body.</p>",
        published=CUTOFF - timedelta(minutes=number + 1),
    )


def _words(number: int) -> list[str]:
    """Return the words of a story, always the same."""
    choice = Random(number)  # noqa: S311 - no secret
    return ["".join(choice.choices(_SYLLABLES, k=choice.choice((1, 2, 3, 3)))) for _ in range(20)]
