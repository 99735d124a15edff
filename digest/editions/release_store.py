"""The SQL about what is asked before an edition is released: who approved which bytes, and how many readers it has."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from digest.editions.edition import UNPUBLISHED, Edition
from digest.editions.tables import EditionApproval, EditionRow


def record_approval(
    session: Session, newsletter: str, local_date: date, sha256: str, editor: str, now: datetime
) -> None:
    """Keep that *editor* approved the artifact with this *sha256* (64 hexadecimal digits) for an edition."""
    session.add(
        EditionApproval(
            newsletter=newsletter, local_date=local_date, sha256=sha256, approved_by=editor, approved_at=now
        )
    )


def approved_hash(session: Session, newsletter: str, local_date: date) -> str | None:
    """Return the SHA-256 that was approved last for an edition, or None when nobody approved it."""
    return session.exec(
        select(EditionApproval.sha256)
        .where(EditionApproval.newsletter == newsletter, EditionApproval.local_date == local_date)
        .order_by(col(EditionApproval.id).desc())
        .limit(1)
    ).first()


def frozen_audience(session: Session, edition: Edition) -> int:
    """Return how many readers a published edition was frozen for."""
    return session.exec(select(EditionRow.eligible).where(EditionRow.id == edition.id)).one() or 0


def previous_audience(session: Session, newsletter: str, local_date: date) -> int | None:
    """Return how many readers the last published edition before *local_date* was frozen for; None without one."""
    return session.exec(
        select(EditionRow.eligible)
        .where(
            EditionRow.newsletter == newsletter,
            EditionRow.local_date < local_date,
            col(EditionRow.status).not_in(UNPUBLISHED),
        )
        .order_by(col(EditionRow.local_date).desc())
        .limit(1)
    ).first()
