"""The SQL about the editor's hand. A decision is a row and is never changed; the newest about a story counts."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from digest.articles.store import addresses_now
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
    """Return what editors decided about the stories of an edition, each under the address that it has now."""
    rows = list(_decisions(session, newsletter, local_date))
    now = addresses_now(session, list(dict.fromkeys(row.url for row in rows)))
    return Hand.of(
        [Override(Act(row.act), now.get(row.url, row.url), row.place, row.decided_by, row.decided_at) for row in rows]
    )


def _decisions(session: Session, newsletter: str, local_date: date) -> Iterable[EditionOverride]:
    return session.exec(
        select(EditionOverride)
        .where(EditionOverride.newsletter == newsletter, EditionOverride.local_date == local_date)
        .order_by(col(EditionOverride.id))
    )
