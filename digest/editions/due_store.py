"""The SQL about what is due."""

from datetime import date

from sqlmodel import Session, col, or_, select

from digest.editions.due import Standing
from digest.editions.edition import EditionStatus
from digest.editions.tables import EditionRow


def standings(session: Session, newsletter: str, since: date) -> dict[date, Standing]:
    """Return where the editions of *newsletter* stand: those from *since* on, and all that are under way."""
    found = session.exec(
        select(col(EditionRow.local_date), col(EditionRow.status), col(EditionRow.deadline)).where(
            EditionRow.newsletter == newsletter,
            or_(col(EditionRow.local_date) >= since, EditionRow.status == EditionStatus.SENDING.value),
        )
    )
    return {day: Standing(EditionStatus(status), deadline) for day, status, deadline in found}
