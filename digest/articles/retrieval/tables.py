"""The table of how each source is doing."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class SourceHealthRow(SQLModel, table=True):
    """How a source is doing; see `SourceHealth` for the meaning of each field."""

    __tablename__ = "source_health"

    source: str = Field(primary_key=True)
    feed: str = Field(sa_type=Text)
    moved_to: str | None = Field(sa_type=Text)
    etag: str | None = Field(sa_type=Text)
    last_modified: str | None = Field(sa_type=Text)
    tried_at: datetime = Field(sa_type=Instant)
    succeeded_at: datetime | None = Field(sa_type=Instant)
    changed_at: datetime | None = Field(sa_type=Instant)
    newest_at: datetime | None = Field(sa_type=Instant)
    failures: int
    next_try_at: datetime | None = Field(sa_type=Instant)
    problem: str | None = Field(sa_type=Text)
    entries: int
    rejected: int
