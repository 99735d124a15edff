"""The ledger's tables (law 2).

They refer to editions and readers by number alone, without foreign keys: what was mailed must outlast an erased
reader, and to look up three keys for each of a million readers would cost seconds.
"""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class Delivery(SQLModel, table=True):
    """One edition for one reader, and what became of it. `reply` is the relay's last word in full (D03).

    `claimed_by` of one that is claimed or unknown is the sender who may still tell what became of it; of one that
    is unknown for good it is None. `deadline` is until when this copy may go out, None for as long as its edition may.
    The indexes hold only what is under way, so that they stay small and quick.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_queued",
            "edition_id",
            "next_attempt_at",
            "subscriber_id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_delivery_expiring",
            "edition_id",
            "deadline",
            sqlite_where=text("status = 'queued' AND deadline IS NOT NULL"),
            postgresql_where=text("status = 'queued' AND deadline IS NOT NULL"),
        ),
        Index(
            "ix_delivery_claimed",
            "edition_id",
            "subscription_id",
            sqlite_where=text("status = 'claimed'"),
            postgresql_where=text("status = 'claimed'"),
        ),
        Index(
            "ix_delivery_unknown",
            "edition_id",
            "subscriber_id",
            sqlite_where=text("status = 'unknown'"),
            postgresql_where=text("status = 'unknown'"),
        ),
    )

    edition_id: int = Field(primary_key=True)
    subscriber_id: int = Field(primary_key=True)
    subscription_id: int
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    next_attempt_at: datetime = Field(sa_type=Instant)
    deadline: datetime | None = Field(default=None, sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=36)
    changed_at: datetime = Field(sa_type=Instant)
    reply_code: int | None = None
    enhanced_code: str | None = Field(default=None, max_length=16)
    reply: str | None = Field(default=None, sa_type=Text)


class Attempt(SQLModel, table=True):
    """An attempt that did not end in `sent`, kept when the next one replaces it in the ledger (D03)."""

    __tablename__ = "attempt"

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


class RelayTroubleRow(SQLModel, table=True):
    """Why a relay is left alone, since when, and when that was last seen; gone once it has taken a message again."""

    __tablename__ = "relay_trouble"

    relay: str = Field(primary_key=True, max_length=300)
    trouble: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
