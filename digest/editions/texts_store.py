"""The SQL about an editor's own words for an edition. Each is a row that is never changed; the newest counts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from digest.editions.compose import EditorsTexts
from digest.editions.tables import EditionText


@dataclass(frozen=True, slots=True)
class WrittenText:
    """Words that an editor wrote as the `subject`, `standfirst` or `note` (`kind`) of an edition, at `at` (UTC)."""

    kind: str
    text: str
    editor: str
    at: datetime


def write_text(
    session: Session, newsletter: str, local_date: date, kind: str, text: str, editor: str, now: datetime
) -> None:
    """Keep an editor's *text* as the `subject`, `standfirst` or `note` (*kind*) of an edition; "" takes a note back."""
    session.add(
        EditionText(
            newsletter=newsletter, local_date=local_date, kind=kind, text=text, written_by=editor, written_at=now
        )
    )


def written_texts(session: Session, newsletter: str, local_date: date) -> dict[str, WrittenText]:
    """Return the newest words of each kind that an editor wrote for this edition, by kind."""
    found = session.exec(
        select(EditionText)
        .where(EditionText.newsletter == newsletter, EditionText.local_date == local_date)
        .order_by(col(EditionText.id))
    )
    newest = {row.kind: WrittenText(row.kind, row.text, row.written_by, row.written_at) for row in found}
    return {kind: written for kind, written in newest.items() if written.text}


def editors_texts(session: Session, newsletter: str, local_date: date) -> EditorsTexts:
    """Return the newest words an editor wrote for this edition."""
    return EditorsTexts(
        **{kind: written.text for kind, written in written_texts(session, newsletter, local_date).items()}
    )
