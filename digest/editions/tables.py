"""The tables of editions."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class EditionRow(SQLModel, table=True):
    """One newsletter on one local date (law 1).

    `reason` says why it was skipped or missed; the counts are filled when it is settled (law 2).
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("newsletter", "local_date"),)

    id: int | None = Field(default=None, primary_key=True)
    newsletter: str = Field(max_length=64)
    local_date: date
    status: str = Field(max_length=16)
    reason: str | None = Field(default=None, sa_type=Text)
    window_start: datetime = Field(sa_type=Instant)
    window_end: datetime = Field(sa_type=Instant)
    send_at: datetime = Field(sa_type=Instant)
    deadline: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    eligible: int | None = None
    sent: int | None = None
    failed: int | None = None
    unknown: int | None = None
    skipped: int | None = None


class EditionStory(SQLModel, table=True):
    """A story as it stands in a published edition, with the reasons for its place and the parts of its score.

    `told` is its article's summary at that time, `updated` that readers had it before.
    """

    __tablename__ = "edition_story"

    edition_id: int = Field(foreign_key="edition.id", primary_key=True)
    position: int = Field(primary_key=True)
    url: str = Field(sa_type=Text)
    source: str
    section: str
    headline: str = Field(sa_type=Text)
    needs_headline: bool
    reasons: str = Field(sa_type=Text)
    parts: str | None = Field(default=None, sa_type=Text)
    told: str | None = Field(default=None, sa_type=Text)
    updated: bool | None = None


class EditionRunnerUp(SQLModel, table=True):
    """One of the first stories that found no place in a published edition, and what it lacked."""

    __tablename__ = "edition_runner_up"

    edition_id: int = Field(foreign_key="edition.id", primary_key=True)
    place: int = Field(primary_key=True)
    url: str = Field(sa_type=Text)
    headline: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    lacked: str = Field(sa_type=Text)
    parts: str = Field(sa_type=Text)


class ArtifactRow(SQLModel, table=True):
    """The frozen bytes of a published edition and their SHA-256 (law 3)."""

    __tablename__ = "artifact"

    edition_id: int = Field(foreign_key="edition.id", primary_key=True)
    sha256: str = Field(max_length=64)
    subject: str = Field(sa_type=Text)
    standfirst: str = Field(sa_type=Text)
    html: bytes = Field(sa_type=LargeBinary)
    text: bytes = Field(sa_type=LargeBinary)


class EditionText(SQLModel, table=True):
    """An editor's own words for an edition that need not exist yet; the newest of each kind counts."""

    __tablename__ = "edition_text"

    id: int | None = Field(default=None, primary_key=True)
    newsletter: str = Field(max_length=64, index=True)
    local_date: date = Field(index=True)
    kind: str = Field(max_length=16)
    text: str = Field(sa_type=Text)
    written_by: str
    written_at: datetime = Field(sa_type=Instant)


class EditionOverride(SQLModel, table=True):
    """What an editor decided about a story of an edition that need not exist yet; the newest of each story counts."""

    __tablename__ = "edition_override"

    id: int | None = Field(default=None, primary_key=True)
    newsletter: str = Field(max_length=64, index=True)
    local_date: date = Field(index=True)
    act: str = Field(max_length=16)
    url: str = Field(sa_type=Text)
    place: str | None = Field(default=None, sa_type=Text)
    decided_by: str
    decided_at: datetime = Field(sa_type=Instant)


class EditionApproval(SQLModel, table=True):
    """That an editor approved these very bytes for an edition that need not exist yet; the newest counts (law 3)."""

    __tablename__ = "edition_approval"

    id: int | None = Field(default=None, primary_key=True)
    newsletter: str = Field(max_length=64, index=True)
    local_date: date = Field(index=True)
    sha256: str = Field(max_length=64)
    approved_by: str
    approved_at: datetime = Field(sa_type=Instant)


class EditionRehearsal(SQLModel, table=True):
    """What the last try to make the edition of a date came to, ahead of its time or at it; `obstacle` None is well."""

    __tablename__ = "edition_rehearsal"

    newsletter: str = Field(primary_key=True, max_length=64)
    local_date: date = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    obstacle: str | None = Field(default=None, sa_type=Text)


class KnownNewsletter(SQLModel, table=True):
    """Since when a newsletter is known here: nothing was promised before."""

    __tablename__ = "known_newsletter"

    newsletter: str = Field(primary_key=True, max_length=64)
    since: datetime = Field(sa_type=Instant)
