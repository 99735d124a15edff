"""The tables of stored articles."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class ArticleRow(SQLModel, table=True):
    """A stored article; `url` is canonical and unique. See `Article` for the meaning of each field.

    `freed_at` is when it last came free of what kept it from readers: it was withdrawn, or its embargo was longer.
    """

    __tablename__ = "article"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    source: str
    own: bool
    headline: str = Field(sa_type=Text)
    needs_headline: bool
    summary: str = Field(sa_type=Text)
    summary_is_derived: bool
    body_html: str = Field(sa_type=Text)
    published: datetime = Field(sa_type=Instant, index=True)
    byline: str | None
    handle: str | None
    biography: str | None = Field(sa_type=Text)
    section: str | None
    language: str | None
    image_url: str | None = Field(sa_type=Text)
    image_alt: str = Field(sa_type=Text)
    image_width: int | None
    image_height: int | None
    image_caption: str = Field(sa_type=Text)
    image_credit: str = Field(sa_type=Text)
    position: int | None
    flagged: str | None = Field(sa_type=Text)
    not_before: datetime | None = Field(default=None, sa_type=Instant, index=True)
    withdrawn: bool | None = None
    freed_at: datetime | None = Field(default=None, sa_type=Instant)
    stored_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class FormerHeadline(SQLModel, table=True):
    """A headline an article bore until `replaced_at`."""

    __tablename__ = "former_headline"

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    headline: str = Field(sa_type=Text)
    replaced_at: datetime = Field(sa_type=Instant)
