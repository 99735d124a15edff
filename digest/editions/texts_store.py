"""The SQL about an editor's own words for an edition. Each is a row that is never changed; the newest counts.

Of corrections an edition may have several: all that were written since the last was taken back.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from digest.editions.compose import EditorsTexts
from digest.editions.tables import EditionText

CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class WrittenText:
    """Words that an editor wrote at `at` (UTC) for an edition.

    `kind` is `subject`, `standfirst`, `note` or `correction`.
    """

    kind: str
    text: str
    editor: str
    at: datetime


def write_text(
    session: Session, newsletter: str, local_date: date, kind: str, text: str, editor: str, now: datetime
) -> None:
    """Keep an editor's *text* as the `subject`, `standfirst`, `note` or a `correction` (*kind*) of an edition.

    "" takes a note back, or all corrections.
    """
    session.add(
        EditionText(
            newsletter=newsletter, local_date=local_date, kind=kind, text=text, written_by=editor, written_at=now
        )
    )


def written_texts(session: Session, newsletter: str, local_date: date) -> tuple[WrittenText, ...]:
    """Return what counts of the words that editors wrote for this edition: the newest of each kind, each correction."""
    found = session.exec(
        select(EditionText)
        .where(EditionText.newsletter == newsletter, EditionText.local_date == local_date)
        .order_by(col(EditionText.id))
    )
    newest: dict[str, WrittenText] = {}
    corrections: list[WrittenText] = []
    for row in found:
        written = WrittenText(row.kind, row.text, row.written_by, row.written_at)
        if row.kind != CORRECTION:
            newest[row.kind] = written
        elif row.text:
            corrections.append(written)
        else:
            corrections.clear()
    return (*(written for written in newest.values() if written.text), *corrections)


def editors_texts(session: Session, newsletter: str, local_date: date) -> EditorsTexts:
    """Return the words an editor wrote for this edition."""
    written = written_texts(session, newsletter, local_date)
    own = {one.kind: one.text for one in written if one.kind != CORRECTION}
    return EditorsTexts(**own, corrections=tuple(one.text for one in written if one.kind == CORRECTION))
