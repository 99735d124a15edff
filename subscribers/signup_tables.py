"""The tables of signing up: the mails that it asks for, and the tallies that hold it within bounds.

Like the ledger they refer to readers and editions by number alone: that an address was asked three times must outlast
the reader who never confirmed (S07).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class SystemMailKind(StrEnum):
    """What a system mail is for.

    It asks to confirm, or asks the owner of a reader's new address; or it brings the latest edition to one who just
    confirmed.
    """

    CONFIRM = "confirm"
    LATEST = "latest"
    CHANGE = "change"


_OPEN = text("status IN ('queued', 'claimed', 'begun') AND kind IN ('confirm', 'change')")
_WISHED_FOR = text("new_email IS NOT NULL")
_QUEUED = text("status = 'queued'")
_IN_HAND = text("status IN ('claimed', 'begun')")


class MailStatus(StrEnum):
    """Where a mail of the service itself stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"  # a postman has it in hand
    BEGUN = "begun"  # its final dot may be out
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may or may not have gone out: never repeated (law 6)
    DROPPED = "dropped"  # it was not to be sent any more; `reply` says why (law 7)


class SystemMail(SQLModel, table=True):
    """A mail to one reader that is no part of an edition; its number is what the links in it carry.

    At most one is open that asks an address something (S17). `answered_at` is when its button was pressed,
    `excused_at` when an operator let the address be asked again though it was not. Of an address only the keyed hash
    stands here, so that a row may stay when its reader is erased; but for `new_email`, which a reader wants to change
    to, until they have or the time to is over.
    """

    __tablename__ = "system_mail"
    __table_args__ = (
        Index("ix_system_mail_open", "address_hash", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_system_mail_address", "address_hash", "created_at"),
        Index("ix_system_mail_queued", "due_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_system_mail_in_hand", "claimed_by", sqlite_where=_IN_HAND, postgresql_where=_IN_HAND),
        Index("ix_system_mail_wished_for", "created_at", sqlite_where=_WISHED_FOR, postgresql_where=_WISHED_FOR),
        # One copy of an edition for a reader; mails without an edition are None there and never equal.
        Index("ix_system_mail_edition", "subscriber_id", "edition_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    address_hash: str = Field(max_length=32)
    subscriber_id: int
    new_email: str | None = Field(default=None, max_length=320)
    edition_id: int | None = None
    status: str = Field(max_length=16)
    attempts: int = Field(default=0)
    created_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=36)
    changed_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    excused_at: datetime | None = Field(default=None, sa_type=Instant)
    reply_code: int | None = None
    enhanced_code: str | None = Field(default=None, max_length=16)
    reply: str | None = Field(default=None, sa_type=Text)


class Tally(SQLModel, table=True):
    """How often something was done for one key in the window that starts then; the key is kept as a keyed hash."""

    __tablename__ = "tally"

    kind: str = Field(primary_key=True, max_length=16)
    key_hash: str = Field(primary_key=True, max_length=32)
    window_start: datetime = Field(primary_key=True, sa_type=Instant)
    count: int
