"""The history of the mails that the service itself wrote to an address, or wanted to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from subscribers.signup_tables import SystemMail


@dataclass(frozen=True, slots=True)
class PastMail:
    """What it was for, where it stands and since when, when it was asked for and answered (UTC), and the relay's word.

    `excused_at` is when an operator let it count as answered (UTC). `to` is the address that a reader wishes for, while
    that is open; None for any other.
    """

    kind: str
    status: str
    created_at: datetime
    changed_at: datetime
    answered_at: datetime | None
    excused_at: datetime | None
    to: str | None
    reply_code: int | None
    enhanced_code: str | None
    reply: str | None


def past_mails(session: Session, address_hash: str, subscriber_id: int | None) -> list[PastMail]:
    """Return the mails to an address, by its keyed hash, and those that its reader, if there is one, led to."""
    of_reader = [] if subscriber_id is None else [col(SystemMail.subscriber_id) == subscriber_id]
    theirs = or_(col(SystemMail.address_hash) == address_hash, *of_reader)
    rows = session.exec(select(SystemMail).where(theirs).order_by(col(SystemMail.id)))
    return [
        PastMail(
            kind=row.kind,
            status=row.status,
            created_at=row.created_at,
            changed_at=row.changed_at,
            answered_at=row.answered_at,
            excused_at=row.excused_at,
            to=row.new_email,
            reply_code=row.reply_code,
            enhanced_code=row.enhanced_code,
            reply=row.reply,
        )
        for row in rows
    ]
