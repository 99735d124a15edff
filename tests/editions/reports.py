"""Reports of invented outlets on invented events, for the tests of clustering."""

from datetime import UTC, datetime, timedelta

from digest.articles.article import Article

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def report(url: str, headline: str, summary: str = "", hours: float = 0.0) -> Article:
    """Make the report at *url*, published so many hours after noon, of an outlet of its own."""
    return Article(
        url=f"https://{url}.example/",
        source=url.title(),
        own=False,
        headline=headline,
        summary=summary,
        body_html="",
        published=NOON + timedelta(hours=hours),
    )


MORNING = (
    report("gazette", "Ferry Solveig runs aground off Westhaven, all 212 aboard safe"),
    report("courier", "All safe after ferry Solveig hits rocks near Westhaven", hours=1),
    report("mail", "Westhaven: stranded ferry Solveig towed into port", hours=3),
    report("herald", "Orlanda Quist wins the Marlowe Prize for her novel 'Saltmarsh'"),
    report("tribune", "Marlowe Prize goes to Orlanda Quist's Saltmarsh", hours=2),
    report("post", "Shares of Brightwater rise as oil falls"),
    report("star", "Brightwater shares fall as oil rises", hours=1),
    report("wire", "Cabinet weighs a tax on empty homes", hours=5),
)
EVENTS = {("gazette", "courier", "mail"), ("herald", "tribune"), ("post",), ("star",), ("wire",)}


def names(urls: list[str]) -> tuple[str, ...]:
    """Return the outlets' short names of *urls*."""
    return tuple(url.removeprefix("https://").removesuffix(".example/") for url in urls)
