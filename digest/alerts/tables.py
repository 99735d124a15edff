"""The tables of alerts."""

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from subscribers.instant import Instant


class AlertRow(SQLModel, table=True):
    """Something that was found wrong: `code` with `subject`, since when, and until when.

    The index lets one code with one subject be open once, however many processes look.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ix_alert_open",
            "code",
            "subject",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=32)
    subject: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=Instant)
    words: str = Field(sa_type=Text)
    over_at: datetime | None = Field(default=None, sa_type=Instant)


class NoticeRow(SQLModel, table=True):
    """Something that is to be told by one channel, once: that an alert opened or is over, or that all went well.

    `channel` is an operator's address, `webhook` or `switch`; `about` names what is told. Whoever takes one in hand
    moves `due_at` to when it is to be tried again, so that one who dies with it loses nothing.
    """

    __tablename__ = "alert_notice"
    __table_args__ = (
        UniqueConstraint("channel", "about"),
        Index(
            "ix_alert_notice_undone",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=320)
    about: str = Field(max_length=120)
    alert_id: int | None = None
    begun_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = Field(default=0)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    problem: str | None = Field(default=None, sa_type=Text)


class CanaryReceipt(SQLModel, table=True):
    """That an edition was seen in the canary's mailbox."""

    __tablename__ = "canary_receipt"

    newsletter: str = Field(primary_key=True, max_length=64)
    local_date: date = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Instant)
