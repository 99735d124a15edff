"""The tables of readers and their consent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class Subscriber(SQLModel, table=True):
    """An address and its owner. `email_key` is unique (S11); `address_hash` is what suppression looks at (B12).

    `timezone` is the IANA zone that they live in, None where nobody knows.
    """

    __tablename__ = "subscriber"
    __table_args__ = {"sqlite_autoincrement": True}  # a number in a token is never given twice

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=320)
    email_key: str = Field(max_length=320, unique=True)
    address_hash: str = Field(max_length=32, index=True)
    name: str = Field(default="", max_length=200)
    timezone: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=Instant)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Subscription(SQLModel, table=True):
    """A reader on a newsletter; its number is what the links in a mail carry.

    `confirmed_at` is when its reader last agreed, None while they have not; who is active has agreed. `asked_in` is
    the number of the first mail that asks them to: the button of an earlier one says nothing of this subscription.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("newsletter", "subscriber_id"),
        Index("ix_subscription_newsletter_status", "newsletter", "status"),
        Index("ix_subscription_paused", "paused_until", **_where("status = 'paused'")),
        Index("ix_subscription_unconfirmed", "changed_at", **_where("status IN ('pending', 'returning')")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    newsletter: str = Field(max_length=64)
    status: str = Field(max_length=16)
    changed_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_until: datetime | None = Field(default=None, sa_type=Instant)
    asked_in: int | None = None


class Consent(SQLModel, table=True):
    """One event in a reader's consent (S13); `provenance` says where it came from.

    A trigger refuses every change. Rows go only with their reader: who is forgotten, or never confirmed. Of one who
    came by a form, `wording` is the version of what it said, `ip` the network it was sent from, `page` the page it
    stood on.
    """

    __tablename__ = "consent"

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id", index=True)
    event: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
    provenance: str = Field(sa_type=Text)
    wording: str | None = Field(default=None, max_length=16)
    ip: str | None = Field(default=None, max_length=43)
    page: str | None = Field(default=None, max_length=200)


class Wording(SQLModel, table=True):
    """The exact words of a form that readers agreed to; their hash is their version (S13)."""

    __tablename__ = "wording"

    id: str = Field(primary_key=True, max_length=16)
    text: str = Field(sa_type=Text)
    first_used_at: datetime = Field(sa_type=Instant)


class Suppression(SQLModel, table=True):
    """An address that must never be mailed, by its keyed hash, and why (B11, B12)."""

    __tablename__ = "suppression"

    address_hash: str = Field(sa_column=Column(Text, primary_key=True))
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)


def number_of(row: Subscriber | Subscription) -> int:
    """Return the number of a stored row.

    Raises:
        ValueError: it is not stored yet.
    """
    if row.id is None:
        raise ValueError(f"{type(row).__name__} has no number before it is stored")
    return row.id
