"""The SQL about what readers have had: the stories of published editions. Only those have stories."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from digest.articles.tables import ArticleRow
from digest.editions.mailed import Mailed
from digest.editions.tables import EditionRow, EditionStory

_URLS_AT_ONCE = 500  # each is a parameter of one statement


def mailed_urls(session: Session, newsletter: str, urls: Sequence[str]) -> frozenset[str]:
    """Return those of *urls* that stand in a published edition of *newsletter*, however long ago."""
    runs = (urls[first : first + _URLS_AT_ONCE] for first in range(0, len(urls), _URLS_AT_ONCE))
    return frozenset(url for run in runs for url in session.exec(_mailed(newsletter, run)))


def mailed_stories(session: Session, newsletter: str, start: date, end: date) -> list[Mailed]:
    """Return the stories of the editions of *newsletter* for the dates in [*start*, *end*), the latest first."""
    found = session.exec(
        select(EditionStory, EditionRow, col(ArticleRow.published))
        .join(EditionRow, col(EditionRow.id) == EditionStory.edition_id)
        .join(ArticleRow, col(ArticleRow.url) == EditionStory.url, isouter=True)
        .where(EditionRow.newsletter == newsletter, EditionRow.local_date >= start, EditionRow.local_date < end)
        .order_by(col(EditionRow.local_date).desc(), col(EditionStory.position))
    )
    return [
        Mailed(
            url=story.url,
            source=story.source,
            headline=story.headline,
            summary=story.told,
            published=published or edition.window_end,
            local_date=edition.local_date,
            mailed_at=edition.recorded_at,
        )
        for story, edition, published in found
    ]


def _mailed(newsletter: str, urls: Sequence[str]) -> SelectOfScalar[str]:
    return (
        select(col(EditionStory.url))
        .join(EditionRow, col(EditionRow.id) == EditionStory.edition_id)
        .where(EditionRow.newsletter == newsletter, col(EditionStory.url).in_(urls))
    )
