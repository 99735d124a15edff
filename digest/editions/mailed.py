"""A story that readers have had, as it was told to them."""

from dataclasses import dataclass
from datetime import date, datetime

from digest.articles.article import Article


@dataclass(frozen=True, slots=True)
class Mailed:
    """A story of a published edition, which was for `local_date` and was published at `mailed_at` (UTC).

    `summary` is what its article told then, None of an edition that kept none. `published` is its article's instant.
    """

    url: str
    source: str
    headline: str
    summary: str | None
    published: datetime
    local_date: date
    mailed_at: datetime

    def as_report(self) -> Article:
        """Return it as it can be compared with other reports."""
        return Article(
            url=self.url,
            source=self.source,
            own=False,
            headline=self.headline,
            summary=self.summary or "",
            body_html="",
            published=self.published,
        )
