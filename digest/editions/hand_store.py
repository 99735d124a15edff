"""The SQL about the editor's hand. A decision is a row and is never changed; the newest about a story counts."""

from datetime import date

from sqlmodel import Session, col, select

from digest.editions.hand import Act, Hand, Override
from digest.editions.tables import EditionOverride


def record_override(session: Session, newsletter: str, local_date: date, override: Override) -> None:
    """Keep a decision about a story of an edition, which need not exist yet."""
    session.add(
        EditionOverride(
            newsletter=newsletter,
            local_date=local_date,
            act=override.act.value,
            url=override.url,
            place=override.place,
            decided_by=override.editor,
            decided_at=override.at,
        )
    )


def editors_hand(session: Session, newsletter: str, local_date: date) -> Hand:
    """Return what editors decided about the stories of an edition."""
    rows = session.exec(
        select(EditionOverride)
        .where(EditionOverride.newsletter == newsletter, EditionOverride.local_date == local_date)
        .order_by(col(EditionOverride.id))
    )
    return Hand.of([Override(Act(row.act), row.url, row.place, row.decided_by, row.decided_at) for row in rows])
