"""The SQL that tells whether anything has changed of what an edition is made of. Asked several times a second."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from digest.articles.tables import ArticleRow
from digest.editions.tables import EditionApproval, EditionOverride, EditionRow, EditionText

# Older articles are in no edition unless an editor pins them, which is seen by itself.
REACH = timedelta(days=4)


def state_of(session: Session, newsletter: str, local_date: date, cutoff: datetime) -> tuple[object, ...]:
    """Return what is different whenever the edition that closes at *cutoff* (UTC) would be."""
    articles = session.exec(
        select(func.count(), func.max(ArticleRow.updated_at)).where(col(ArticleRow.published) > cutoff - REACH)
    ).one()
    written = [
        session.exec(
            select(func.max(table.id)).where(table.newsletter == newsletter, table.local_date == local_date)
        ).one()
        for table in (EditionText, EditionOverride, EditionApproval)
    ]
    editions = session.exec(
        select(func.count(), func.max(EditionRow.recorded_at)).where(EditionRow.newsletter == newsletter)
    ).one()
    return (*articles, *written, *editions)
