"""Holding: an edition that a person should look at first is recorded as held, and the newsroom is told, once."""

from dataclasses import replace
from datetime import datetime

from digest.building import BuiltEdition
from digest.database import Database
from digest.delivery.alarm import Alarm, sound
from digest.delivery.safeguards import SHORTEST_PREFIX
from digest.editions.edition import Edition, EditionStatus
from digest.editions.release_store import approved_hash
from digest.editions.store import find_edition, record_held
from digest.editions.window import Schedule
from digest.settings import Settings

_TEXT = """{name} is held, and nobody has got it.

Why: {why}.

See it:
    digest preview {edition}
{release}
When what it waits for is there, 'digest send {edition}' alone will do.
The deadline is {deadline:%Y-%m-%d %H:%M} UTC.
"""
_RELEASE = """Send it as it is:
    digest edition approve {edition} --sha256 {sha256}
    digest send {edition}
"""


def holds_back(database: Database, built: BuiltEdition) -> bool:
    """Say whether *built* is to be held, and no editor approved these very bytes all the same."""
    if not built.hold or built.artifact is None:
        return bool(built.hold)
    with database.reading() as session:
        return approved_hash(session, built.newsletter, built.schedule.local_date) != built.artifact.sha256


async def hold(
    database: Database, settings: Settings, built: BuiltEdition, schedule: Schedule, now: datetime
) -> Edition:
    """Record that *built* is held, tell the newsroom of it unless it was told before, and return the record.

    Its `reason` also says what became of the telling. One that another process published meanwhile is returned as
    it is.
    """
    why = built.hold or ""
    with database.writing() as session:
        standing = find_edition(session, built.newsletter, schedule.local_date)
        if standing and standing.is_published:
            return standing
        held = record_held(session, built.newsletter, schedule, why, now)
    if standing and standing.status is EditionStatus.HELD and standing.reason == why:
        return held
    told = await sound(settings, _alarm(built, schedule, why), now)
    return replace(held, reason=f"{why}; {told}")


def _alarm(built: BuiltEdition, schedule: Schedule, why: str) -> Alarm:
    edition, name = f"{built.newsletter} --date {schedule.local_date}", f"{built.newsletter} of {schedule.local_date}"
    sha256 = built.artifact.sha256[:SHORTEST_PREFIX] if built.artifact else ""
    release = _RELEASE.format(edition=edition, sha256=sha256) if sha256 else ""
    text = _TEXT.format(name=name, why=why, edition=edition, release=release, deadline=schedule.deadline)
    return Alarm(about=f"{name} is held: {why}", line=f"Held: {name}", text=text)
