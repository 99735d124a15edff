"""The SQL about editions."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from digest.editions.contents import LeftOut, PlacedStory, runners_up
from digest.editions.edition import PUBLISHED, Edition, EditionEvent, EditionStatus, move
from digest.editions.score import score_from_json
from digest.editions.tables import ArtifactRow, EditionRow, EditionRunnerUp, EditionStory
from digest.editions.window import Schedule, Window


@dataclass(frozen=True, slots=True)
class Previous:
    """What went before an edition: up to which instant (UTC) stories were covered, and the subject of the last.

    `subject` and `recorded_at`, the instant (UTC) of its publication, are None where no edition was published yet.
    """

    covered_until: datetime
    subject: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """A published edition as an archive lists it."""

    local_date: date
    subject: str


@dataclass(frozen=True, slots=True)
class ReleasedEdition:
    """A published edition as a feed tells of it; it was published at `recorded_at` (UTC)."""

    local_date: date
    subject: str
    standfirst: str
    recorded_at: datetime


def find_edition(session: Session, newsletter: str, local_date: date) -> Edition | None:
    """Return the edition of *local_date*, or None when there is none yet."""
    row = _row(session, newsletter, local_date)
    return _edition(row) if row else None


def previous_edition(session: Session, newsletter: str, local_date: date) -> Previous | None:
    """Return the last published edition before *local_date*; skipped and missed ones count for nothing (law 1).

    Where all before it were such, nothing is covered that the first of them would have held. None is a newsletter
    without a past.
    """
    found = session.exec(
        select(EditionRow, ArtifactRow)
        .join(ArtifactRow, col(ArtifactRow.edition_id) == EditionRow.id)
        .where(EditionRow.newsletter == newsletter, EditionRow.local_date < local_date)
        .order_by(col(EditionRow.local_date).desc())
        .limit(1)
    ).first()
    if found:
        return Previous(found[0].window_end, found[1].subject, found[0].recorded_at)
    uncovered = _oldest_window_start(session, newsletter, local_date)
    return Previous(uncovered) if uncovered else None


def later_edition(session: Session, newsletter: str, local_date: date) -> date | None:
    """Return the date of a published edition after *local_date*, or None."""
    return session.exec(
        select(col(EditionRow.local_date))
        .where(
            EditionRow.newsletter == newsletter,
            EditionRow.local_date > local_date,
            was_published(),
        )
        .order_by(col(EditionRow.local_date))
        .limit(1)
    ).first()


def was_published() -> ColumnElement[bool]:
    """Return the condition that an edition's artifact and audience are frozen."""
    return col(EditionRow.status).in_([status.value for status in PUBLISHED])


def published_editions(session: Session, newsletter: str) -> list[ListedEdition]:
    """Return the published editions of *newsletter*, newest first."""
    return [ListedEdition(*found) for found in session.exec(_newest_first(newsletter))]


def released_editions(session: Session, newsletter: str, most: int) -> list[ReleasedEdition]:
    """Return the *most* newest published editions of *newsletter*, newest first."""
    found = session.exec(
        select(
            col(EditionRow.local_date),
            col(ArtifactRow.subject),
            col(ArtifactRow.standfirst),
            col(EditionRow.recorded_at),
        )
        .join(ArtifactRow, col(ArtifactRow.edition_id) == EditionRow.id)
        .where(EditionRow.newsletter == newsletter)
        .order_by(col(EditionRow.local_date).desc())
        .limit(most)
    )
    return [ReleasedEdition(*row) for row in found]


def latest_edition(session: Session, newsletter: str) -> ListedEdition | None:
    """Return the newest published edition of *newsletter*, or None when there is none."""
    found = session.exec(_newest_first(newsletter).limit(1)).first()
    return ListedEdition(*found) if found else None


def record_skipped(session: Session, newsletter: str, schedule: Schedule, reason: str, now: datetime) -> Edition:
    """Record that there is no edition on this date, and why."""
    return _record(session, newsletter, schedule, EditionEvent.SKIP, reason, now)


def record_held(session: Session, newsletter: str, schedule: Schedule, reason: str, now: datetime) -> Edition:
    """Record that the edition is held, and why."""
    return _record(session, newsletter, schedule, EditionEvent.HOLD, reason, now)


def record_missed(session: Session, newsletter: str, schedule: Schedule, reason: str, now: datetime) -> Edition:
    """Record that the edition of this date was due and is not published, and why."""
    return _record(session, newsletter, schedule, EditionEvent.MISS, reason, now)


def record_published(
    session: Session, newsletter: str, schedule: Schedule, now: datetime, brevity: str | None = None
) -> Edition:
    """Record that the edition is published, and with *brevity* why it is no full one.

    Artifact, stories and audience go into the same transaction.
    """
    return _record(session, newsletter, schedule, EditionEvent.PUBLISH, brevity, now)


def freeze_stories(session: Session, edition: Edition, stories: Sequence[PlacedStory]) -> None:
    """Keep where each story stands, with the reasons, as the edition went out."""
    for position, story in enumerate(stories, start=1):
        session.add(
            EditionStory(
                edition_id=edition.id,
                position=position,
                url=story.url,
                source=story.source,
                section=story.section,
                headline=story.headline,
                needs_headline=story.needs_headline,
                reasons=json.dumps(story.reasons, ensure_ascii=False),
                parts=story.score.as_json(),
                told=story.told,
                updated=story.updated,
            )
        )


def freeze_runners_up(session: Session, edition: Edition, left_out: Iterable[LeftOut]) -> None:
    """Keep the first of *left_out* that were ranked, and what they lacked, as the edition went out."""
    for place, left in enumerate(runners_up(left_out), start=1):
        session.add(
            EditionRunnerUp(
                edition_id=edition.id,
                place=place,
                url=left.url,
                headline=left.headline,
                why=left.why,
                lacked=left.lacked,
                parts=left.score.as_json(),
            )
        )


def frozen_artifact(session: Session, edition: Edition) -> ArtifactRow:
    """Return the frozen bytes of a published edition."""
    return session.exec(select(ArtifactRow).where(ArtifactRow.edition_id == edition.id)).one()


def frozen_stories(session: Session, edition: Edition) -> tuple[PlacedStory, ...]:
    """Return the stories of a published edition in reading order."""
    rows = session.exec(
        select(EditionStory).where(EditionStory.edition_id == edition.id).order_by(col(EditionStory.position))
    )
    return tuple(map(_placed, rows))


def frozen_runners_up(session: Session, edition: Edition) -> tuple[LeftOut, ...]:
    """Return the first stories that found no place in a published edition, the best first."""
    rows = session.exec(
        select(EditionRunnerUp).where(EditionRunnerUp.edition_id == edition.id).order_by(col(EditionRunnerUp.place))
    )
    return tuple(LeftOut(row.url, row.headline, row.why, score_from_json(row.parts), row.lacked) for row in rows)


def move_deadline(session: Session, edition: Edition, deadline: datetime) -> None:
    """Let *edition* be delivered until *deadline* (UTC)."""
    session.get_one(EditionRow, edition.id).deadline = deadline


def change_status(session: Session, edition: Edition, event: EditionEvent) -> EditionRow:
    """Move a stored edition by *event* and return its row."""
    row = session.get_one(EditionRow, edition.id, with_for_update=True)
    row.status = move(EditionStatus(row.status), event).value
    return row


def _record(
    session: Session,
    newsletter: str,
    schedule: Schedule,
    event: EditionEvent,
    reason: str | None,
    now: datetime,
) -> Edition:
    row = _row(session, newsletter, schedule.local_date)
    status = move(EditionStatus(row.status) if row else None, event)
    fresh = EditionRow(
        id=row.id if row else None,
        newsletter=newsletter,
        local_date=schedule.local_date,
        status=status.value,
        reason=reason,
        window_start=schedule.window.start,
        window_end=schedule.window.end,
        send_at=schedule.send_at,
        deadline=schedule.deadline,
        recorded_at=now,
    )
    stored = session.merge(fresh)
    session.flush()
    return _edition(stored)


def _oldest_window_start(session: Session, newsletter: str, local_date: date) -> datetime | None:
    return session.exec(
        select(col(EditionRow.window_start))
        .where(EditionRow.newsletter == newsletter, EditionRow.local_date < local_date)
        .order_by(col(EditionRow.local_date))
        .limit(1)
    ).first()


def _newest_first(newsletter: str) -> Select[date, str]:
    # Only a published edition has an artifact.
    return (
        select(col(EditionRow.local_date), col(ArtifactRow.subject))
        .join(ArtifactRow, col(ArtifactRow.edition_id) == EditionRow.id)
        .where(EditionRow.newsletter == newsletter)
        .order_by(col(EditionRow.local_date).desc())
    )


def _row(session: Session, newsletter: str, local_date: date) -> EditionRow | None:
    return session.exec(
        select(EditionRow).where(EditionRow.newsletter == newsletter, EditionRow.local_date == local_date)
    ).one_or_none()


def _placed(row: EditionStory) -> PlacedStory:
    return PlacedStory(
        section=row.section,
        headline=row.headline,
        url=row.url,
        source=row.source,
        needs_headline=row.needs_headline,
        reasons=tuple(json.loads(row.reasons)),
        score=score_from_json(row.parts),
        updated=bool(row.updated),
        told=row.told,
    )


def _edition(row: EditionRow) -> Edition:
    if row.id is None:
        raise ValueError("an edition has no number before it is stored")
    window = Window(row.window_start, row.window_end)
    return Edition(
        id=row.id,
        newsletter=row.newsletter,
        schedule=Schedule(row.local_date, window, row.send_at, row.deadline),
        status=EditionStatus(row.status),
        reason=row.reason,
    )
