"""The tables of readers and their consent."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class Subscriber(SQLModel, table=True):
    """An address and its owner. `email_key` is unique (S11); `address_hash` is what suppression looks at (B12)."""

    __tablename__ = "subscriber"
    __table_args__ = {"sqlite_autoincrement": True}  # a number in a token is never given twice

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=320)
    email_key: str = Field(max_length=320, unique=True)
    address_hash: str = Field(max_length=32, index=True)
    name: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=Instant)


class Subscription(SQLModel, table=True):
    """A reader on a newsletter; its number is what the links in a mail carry."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("newsletter", "subscriber_id"),
        Index("ix_subscription_newsletter_status", "newsletter", "status"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    newsletter: str = Field(max_length=64)
    status: str = Field(max_length=16)
    changed_at: datetime = Field(sa_type=Instant)


class Consent(SQLModel, table=True):
    """One event in a reader's consent, never changed or deleted (S13); `provenance` says where it came from."""

    __tablename__ = "consent"

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id", index=True)
    event: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
    provenance: str = Field(sa_type=Text)


class Suppression(SQLModel, table=True):
    """An address that must never be mailed, by its keyed hash, and why (B11, B12)."""

    __tablename__ = "suppression"

    address_hash: str = Field(sa_column=Column(Text, primary_key=True))
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
