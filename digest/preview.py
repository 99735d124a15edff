"""The preview: what would go out, or what went out, with all an editor wants to know of it. Writes no row."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

from digest.building import BuiltEdition, build_edition
from digest.database import Database
from digest.delivery.message import CompiledEdition
from digest.delivery.outcome import Outcome
from digest.delivery.proof import SAMPLE_READER, Proof, compile_for, pull_proof
from digest.delivery.publishing import find_published
from digest.delivery.relay import Envelope, Relay
from digest.delivery.safeguards import SHORTEST_PREFIX
from digest.editions.calendar import Calendar
from digest.editions.contents import LeftOut, PlacedStory, runners_up
from digest.editions.release_store import approved_hash
from digest.errors import DigestError
from digest.rendering.artifact import Artifact
from digest.rendering.inlining import inline_css
from digest.settings import Settings
from subscribers.address import EmailAddress

TEST_MARK = "[TEST] "
REASONS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """An edition, its artifact, and a proof of its message.

    `is_published` says that it is frozen already; `off_day` why there is no edition on its date, None when there is;
    `is_approved` False that the newsletter asks for an approval which these bytes lack; `is_held` that they are held
    until they have one.
    """

    edition: BuiltEdition
    artifact: Artifact
    compiled: CompiledEdition
    proof: Proof
    is_published: bool
    off_day: str | None = None
    is_approved: bool = True
    is_held: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what an editor should see to, in words."""
        edition = self.edition
        found = [f"no edition on this day: {self.off_day}"] if self.off_day else []
        found += [f"it would not be sent: {self.edition.shortfall}"] if self.edition.shortfall else []
        found += [f"it would be held: {self.edition.hold}; '{self._approval}' sends it"] if self.is_held else []
        found += [f"it is no full edition, but {self.edition.brevity}"] if self.edition.brevity else []
        found += (
            [f"too heavy for one mail, so it goes without {self.edition.given_up}"] if self.edition.given_up else []
        )
        found += [] if self.is_approved else [f"it waits for its approval: '{self._approval}'"]
        found += [f"{url} was {edition.hand.on(url)}, but {why}" for url, why in edition.unmet.items()]
        found += [f"needs a headline: {story.headline!r} ({story.url})" for story in self._without_headline()]
        return tuple(found)

    def report(self) -> dict[str, Any]:
        """Return what `report.json` holds; instants are ISO 8601 in UTC."""
        edition, window = self.edition, self.edition.schedule.window
        return {
            **told_of(edition, is_published=self.is_published),
            "window": {"start": window.start.isoformat(), "end": window.end.isoformat()},
            "brevity": edition.brevity,
            "sha256": self.artifact.sha256,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in self.files().items()},
            "runners_up": [_told(story) for story in runners_up(edition.left_out)],
            "warnings": list(self.warnings),
            "lint": [asdict(violation) for violation in self.proof.violations],
            "bytes": {
                "html": len(self.artifact.html.encode()),
                "text": len(self.artifact.text.encode()),
                "message": len(self.proof.message),
            },
        }

    def files(self) -> dict[str, bytes]:
        """Return the edition as the sample reader gets it, by file name: the two parts and the whole message."""
        return {
            "edition.html": _as_read(self, self.artifact.html, escape).encode(),
            "edition.txt": _as_read(self, self.artifact.text, str).encode(),
            "edition.eml": self.proof.message,
        }

    @property
    def _approval(self) -> str:
        edition = f"{self.edition.newsletter} --date {self.edition.schedule.local_date}"
        return f"digest edition approve {edition} --sha256 {self.artifact.sha256[:SHORTEST_PREFIX]}"

    def _without_headline(self) -> list[Any]:
        return [story for story in self.edition.stories if story.needs_headline]


def preview_edition(
    database: Database,
    settings: Settings,
    slug: str,
    local_date: date,
    now: datetime,
    inline: Callable[[str], str] = inline_css,
) -> Preview:
    """Return what the edition of *local_date* is, when it is published, or would be now.

    Raises:
        DigestError: there is no article in its window.
    """
    edition, is_published = as_it_stands(database, settings, slug, local_date, inline)
    if edition.artifact is None:
        raise DigestError(f"there is nothing to preview: {_why_empty(edition)}")
    with database.reading() as session:
        approved = approved_hash(session, slug, local_date)
    compiled = compile_for(settings, slug, local_date, edition.artifact)
    proof = pull_proof(compiled, now, relaxed=settings.site.is_local)
    newsletter = settings.newsletters[slug]
    return Preview(
        edition,
        edition.artifact,
        compiled,
        proof,
        is_published=is_published,
        off_day=None if is_published else Calendar.of(newsletter).skips(local_date),
        is_approved=is_published or not newsletter.approval or approved == edition.artifact.sha256,
        is_held=edition.hold is not None and approved != edition.artifact.sha256,
    )


def as_it_stands(
    database: Database,
    settings: Settings,
    slug: str,
    local_date: date,
    inline: Callable[[str], str] = inline_css,
) -> tuple[BuiltEdition, bool]:
    """Return what the edition of *local_date* is, and whether it is published; it may have no story and no artifact."""
    if published := find_published(database, slug, local_date):
        edition = BuiltEdition(
            newsletter=slug,
            schedule=published.edition.schedule,
            standfirst=published.standfirst,
            stories=published.stories,
            left_out=published.runners_up,
            artifact=published.artifact,
            shortfall=None,
            brevity=published.edition.reason,
        )
        return edition, True
    with database.reading() as session:
        return build_edition(session, settings, slug, local_date, inline=inline), False


def told_of(edition: BuiltEdition, *, is_published: bool) -> dict[str, Any]:
    """Return what every report says of an edition; instants are ISO 8601 in UTC."""
    return {
        "newsletter": edition.newsletter,
        "date": edition.schedule.local_date.isoformat(),
        "published": is_published,
        "subject": edition.artifact.subject if edition.artifact else None,
        "standfirst": edition.standfirst,
        "stories": [_told(story) for story in edition.stories],
        "left_out": [_told(story) for story in edition.left_out],
    }


def write_preview(preview: Preview, folder: Path) -> list[Path]:
    """Write the four files of a preview into *folder*, made where it is missing; return their paths.

    Raises:
        DigestError: the folder can't be written to.
    """
    report = json.dumps(preview.report(), ensure_ascii=False, indent=2) + "\n"
    files = {**preview.files(), "report.json": report.encode()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise DigestError(f"the preview can't be written to {folder}: {error}") from error
    return [folder / name for name in files]


async def mail_preview(preview: Preview, relay: Relay, recipient: EmailAddress, now: datetime) -> Outcome:
    """Send the edition, marked as a test in its subject, to *recipient* and to nobody else.

    There is no way from here to the audience (law 12): the recipient is this argument, the ledger is not opened.
    """
    reader = replace(SAMPLE_READER, address=str(recipient), name="")
    trial = f" test of {preview.artifact.sha256} at {now.isoformat()}"
    marked = preview.compiled.with_subject(TEST_MARK + preview.artifact.subject, trial=trial)
    envelope = Envelope(marked.sender_for(reader), reader.address)
    return await relay.deliver(envelope, marked.message_for(reader, now))


def _why_empty(edition: BuiltEdition) -> str:
    of, window = f"{edition.newsletter} {edition.schedule.local_date}", edition.schedule.window
    if edition.left_out:
        reasons = "; ".join(f"{left.headline}: {left.why}" for left in edition.left_out[:REASONS_TOLD])
        return f"of {len(edition.left_out)} stored articles none may stand in {of}: {reasons}"
    return (
        f"no stored article of {of} was published from {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC"
    )


def _told(story: PlacedStory | LeftOut) -> dict[str, Any]:
    """Return what the report says of a story: its score as a sum, None for one that was not ranked, and its parts."""
    score = story.score
    told = {key: value for key, value in asdict(story).items() if key != "told"}
    return {**told, "score": score.total if score.parts else None, "parts": asdict(score)["parts"]}


def _as_read(preview: Preview, part: str, written: Callable[[str], str]) -> str:
    for sentinel, value in preview.compiled.values_for(SAMPLE_READER).items():
        part = part.replace(sentinel, written(value))
    return part
