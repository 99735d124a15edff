"""The ledger's tables (law 2)."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class Delivery(SQLModel, table=True):
    """One edition for one reader, and what became of it. `reply` is the relay's last word in full (D03)."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_queue", "edition_id", "status", "next_attempt_at", "subscriber_id"),)

    edition_id: int = Field(foreign_key="edition.id", primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id")
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    next_attempt_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=36)
    changed_at: datetime = Field(sa_type=Instant)
    reply_code: int | None = None
    enhanced_code: str | None = Field(default=None, max_length=16)
    reply: str | None = Field(default=None, sa_type=Text)


class Attempt(SQLModel, table=True):
    """An attempt that did not end in `sent`, kept when the next one replaces it in the ledger (D03)."""

    __tablename__ = "attempt"
    __table_args__ = (
        ForeignKeyConstraint(["edition_id", "subscriber_id"], ["delivery.edition_id", "delivery.subscriber_id"]),
    )

    edition_id: int = Field(primary_key=True)
    subscriber_id: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    outcome: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
    reply_code: int | None
    enhanced_code: str | None = Field(max_length=16)
    reply: str = Field(sa_type=Text)


class Sender(SQLModel, table=True):
    """A process that claims deliveries; one whose heart stopped beating is dead."""

    __tablename__ = "sender"

    id: str = Field(primary_key=True, max_length=36)
    host: str
    started_at: datetime = Field(sa_type=Instant)
    heartbeat_at: datetime = Field(sa_type=Instant)
