"""Publishing: edition, frozen artifact and frozen audience in one transaction, at most once a date."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from digest.building import BuiltEdition
from digest.database import Database
from digest.delivery.safeguards import NO_SAFEGUARDS, Safeguards, refuse_unsafe
from digest.delivery.store import Waves, freeze_audience, zones_of_readers
from digest.editions.contents import LeftOut, PlacedStory, runners_up
from digest.editions.edition import Edition, EditionStatus, IllegalEditionMoveError
from digest.editions.hand_store import editors_hand
from digest.editions.mornings import Mornings, last_deadline
from digest.editions.release_store import frozen_audience
from digest.editions.store import (
    find_edition,
    freeze_runners_up,
    freeze_stories,
    frozen_artifact,
    frozen_runners_up,
    frozen_stories,
    later_edition,
    record_missed,
    record_published,
    record_skipped,
)
from digest.editions.tables import ArtifactRow
from digest.editions.texts_store import editors_texts
from digest.editions.window import Schedule
from digest.errors import DigestError
from digest.rendering.artifact import Artifact
from subscribers.lifecycle_store import resume_due
from subscribers.timezone import known_zones


@dataclass(frozen=True, slots=True)
class Published:
    """An edition on its way: its row, its frozen artifact and stories, and the first that found no place in it.

    `is_new` says that this call published it.
    """

    edition: Edition
    artifact: Artifact
    standfirst: str
    stories: tuple[PlacedStory, ...]
    is_new: bool
    runners_up: tuple[LeftOut, ...] = ()


class NotDueError(DigestError):
    """An edition can't be published at this moment; nothing was changed."""


def find_published(database: Database, newsletter: str, local_date: date) -> Published | None:
    """Return the edition of *local_date* with its frozen artifact, or None when it is not published."""
    with database.reading() as session:
        edition = find_edition(session, newsletter, local_date)
        if edition is None or not edition.is_published:
            return None
        row, stories = frozen_artifact(session, edition), frozen_stories(session, edition)
        unplaced = frozen_runners_up(session, edition)
        artifact = Artifact(subject=row.subject, html=row.html.decode(), text=row.text.decode())
    if artifact.sha256 != row.sha256:
        raise DigestError(
            f"the stored artifact of {newsletter} {local_date} does not match its SHA-256 {row.sha256};"
            " restore the database from a backup: nothing is sent from it"
        )
    return Published(edition, artifact, row.standfirst, stories, is_new=False, runners_up=unplaced)


class OvertakenError(DigestError):
    """An editor decided something while the edition was being made: it must be made anew. Nothing was published."""


def refuse_unless_due(
    database: Database,
    newsletter: str,
    schedule: Schedule,
    now: datetime,
    *,
    late: bool,
    settle: timedelta = timedelta(0),
) -> None:
    """Refuse to publish before the cut-off, after the deadline, or behind a later edition.

    The cut-off is *settle* after the window's end: until then its stories may still be corrected.

    Raises:
        NotDueError: it is one of these; the message says when, or how, it can be done.
    """
    day = schedule.local_date
    cutoff = schedule.window.end + settle
    if now < cutoff:
        raise NotDueError(
            f"{newsletter} of {day} is open for articles until {cutoff:%Y-%m-%d %H:%M} UTC;"
            " send it then, or look at it now with 'digest preview'"
        )
    if now >= schedule.deadline and not late:
        raise NotDueError(
            f"the deadline of {newsletter} {day} was {schedule.deadline:%Y-%m-%d %H:%M} UTC;"
            " --late sends it all the same"
        )
    with database.reading() as session:
        _refuse_behind_later(session, newsletter, day)


def publish(
    database: Database,
    built: BuiltEdition,
    schedule: Schedule,
    now: datetime,
    safeguards: Safeguards = NO_SAFEGUARDS,
    mornings: Mornings | None = None,
) -> Published:
    """Freeze *built* and its audience under *schedule*, or return what another process published first.

    It goes out at once, or on readers' own *mornings*; then its deadline is that of the last of them. The *safeguards*
    are asked about the very artifact and audience that are frozen, in the same transaction.

    Raises:
        ValueError: *built* has a shortfall; such an edition is recorded with `skip`.
        NotApprovedError: the newsletter asks for approval, and these bytes have none; nothing was published.
        AudienceError: the audience is not about as large as it should be; nothing was published.
        OvertakenError: editors have decided something that *built* does not know.
    """
    if built.artifact is None or built.shortfall:
        raise ValueError(f"{built.newsletter} {schedule.local_date} falls short: {built.shortfall}")
    try:
        published = _publish_new(database, built, built.artifact, schedule, now, safeguards, mornings)
    except (IntegrityError, IllegalEditionMoveError):
        # On PostgreSQL another process may publish between any two of our statements; it was first.
        published = None
    return published or _expect_published(database, built)


def skip(database: Database, newsletter: str, schedule: Schedule, reason: str, now: datetime) -> Edition:
    """Record that there is no edition on this date, and why; its stories stay for the next one."""
    with database.writing() as session:
        edition = find_edition(session, newsletter, schedule.local_date)
        if edition and edition.is_published:
            return edition
        return record_skipped(session, newsletter, schedule, reason, now)


def miss(database: Database, newsletter: str, schedule: Schedule, reason: str, now: datetime) -> Edition:
    """Record that the edition of this date was not published before its deadline, and why; else what there is of it.

    One that was held all the while is missed too.
    """
    with database.writing() as session:
        standing = find_edition(session, newsletter, schedule.local_date)
        if standing and standing.status is not EditionStatus.HELD:
            return standing
        return record_missed(session, newsletter, schedule, reason, now)


def refuse_unsafe_rest(database: Database, published: Published, safeguards: Safeguards) -> None:
    """Refuse to go on with an edition that stands published against what is asked for today.

    Raises:
        NotApprovedError: the newsletter asks for approval now, and the frozen bytes have none.
        AudienceError: the frozen audience is not about as large as was expected.
    """
    edition = published.edition
    newsletter, local_date, sha256 = edition.newsletter, edition.schedule.local_date, published.artifact.sha256
    with database.reading() as session:
        audience = frozen_audience(session, edition)
        refuse_unsafe(session, newsletter, local_date, sha256, audience, safeguards, is_new=False)


def _publish_new(
    database: Database,
    built: BuiltEdition,
    artifact: Artifact,
    schedule: Schedule,
    now: datetime,
    safeguards: Safeguards,
    mornings: Mornings | None,
) -> Published | None:
    with database.writing() as session:
        standing = find_edition(session, built.newsletter, schedule.local_date)
        if standing and standing.is_published:
            return None
        _refuse_behind_later(session, built.newsletter, schedule.local_date)
        _refuse_overtaken(session, built, schedule.local_date)
        waves = _waves(session, built.newsletter, mornings, now) if mornings else None
        if waves:
            schedule = replace(schedule, deadline=last_deadline(schedule, waves.zoned))
        edition = record_published(session, built.newsletter, schedule, now, built.brevity)
        session.add(_frozen(edition, artifact, built.standfirst))
        freeze_stories(session, edition, built.stories)
        freeze_runners_up(session, edition, built.left_out)
        resume_due(session, now)
        audience = freeze_audience(session, edition, now, waves)
        refuse_unsafe(session, built.newsletter, schedule.local_date, artifact.sha256, audience, safeguards)
    unplaced = runners_up(built.left_out)
    return Published(edition, artifact, built.standfirst, built.stories, is_new=True, runners_up=unplaced)


def _waves(session: Session, newsletter: str, mornings: Mornings, now: datetime) -> Waves:
    zones = known_zones(zones_of_readers(session, newsletter))
    return Waves(mornings.own(now), mornings.waves(zones, now))


def _refuse_behind_later(session: Session, newsletter: str, day: date) -> None:
    later = later_edition(session, newsletter, day)
    if later:
        raise NotDueError(
            f"{newsletter} of {later} is out and covers the stories of {day}; an older one can't follow it"
        )


def _refuse_overtaken(session: Session, built: BuiltEdition, day: date) -> None:
    decided = editors_hand(session, built.newsletter, day), editors_texts(session, built.newsletter, day)
    if decided != (built.hand, built.texts):
        raise OvertakenError(f"an editor changed {built.newsletter} of {day} while it was being made; make it again")


def _expect_published(database: Database, built: BuiltEdition) -> Published:
    published = find_published(database, built.newsletter, built.schedule.local_date)
    if published is None:
        raise DigestError(f"{built.newsletter} {built.schedule.local_date} was not published; run the command again")
    return published


def _frozen(edition: Edition, artifact: Artifact, standfirst: str) -> ArtifactRow:
    return ArtifactRow(
        edition_id=edition.id,
        sha256=artifact.sha256,
        subject=artifact.subject,
        standfirst=standfirst,
        html=artifact.html.encode(),
        text=artifact.text.encode(),
    )
