"""The SQL about doubt: what may have been mailed since a copy was made is not to be mailed again."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, null, select, text, update
from sqlmodel import Session, col

from digest.delivery.ledger import DeliveryStatus
from digest.delivery.store.rows import DELIVERY, ROW, has, is_sqlite
from digest.editions.tables import EditionRow
from subscribers.signup_tables import MailStatus, SystemMail

DOUBT = "restored from a copy: it may have gone out since"
# More than anybody hands out between two copies; numbers of readers have room for a million such steps.
SPARE_NUMBERS = 1_000_000
_NUMBERED = ("subscriber", "subscription", "system_mail")


def doubt_deliveries(session: Session, edition_id: int, now: datetime) -> int:
    """Make unknown for good what of an edition was open; return how many that were."""
    open_ = (has(DeliveryStatus.QUEUED), has(DeliveryStatus.CLAIMED))
    return sum(_doubt(session, edition_id, status, now) for status in open_)


def silence_journals(session: Session) -> None:
    """Let no journal tell of what is unknown: it was begun anew since, and is sure of what it can't know of a copy."""
    told = (has(DeliveryStatus.UNKNOWN), ROW.claimed_by.is_not(None))
    session.execute(update(DELIVERY).where(*told).values(claimed_by=null()))


def doubt_mails(session: Session, now: datetime) -> int:
    """Make unknown the mails of the sign-up that were open; return how many that were."""
    open_ = [status.value for status in (MailStatus.QUEUED, MailStatus.CLAIMED, MailStatus.BEGUN)]
    values = {"status": MailStatus.UNKNOWN.value, "reply": DOUBT, "claimed_by": None, "changed_at": now}
    doubted = update(SystemMail).where(col(SystemMail.status).in_(open_)).values(values).returning(col(SystemMail.id))
    return len(session.execute(doubted).all())


def leave_numbers_out(session: Session) -> None:
    """Let none of the numbers be given to anybody that may have been given since: they stand in links of mails."""
    for table in _NUMBERED:
        newest = session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()  # noqa: S608 - ours
        if is_sqlite(session):
            given = session.execute(
                text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table}
            ).scalar()
            session.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            session.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"),
                {"name": table, "seq": max(newest, given or 0) + SPARE_NUMBERS},
            )
        else:
            sequence = func.pg_get_serial_sequence(table, "id")
            given = session.execute(select(func.nextval(sequence))).scalar_one()
            session.execute(select(func.setval(sequence, max(newest, given) + SPARE_NUMBERS)))


def editions_under_way(session: Session) -> list[EditionRow]:
    """Return the rows of editions that were being delivered."""
    return list(session.scalars(select(EditionRow).where(col(EditionRow.status) == "sending")))


def _doubt(session: Session, edition_id: int, standing: ColumnElement[bool], now: datetime) -> int:
    values = {"status": DeliveryStatus.UNKNOWN.value, "reply": DOUBT, "claimed_by": None, "changed_at": now}
    doubted = update(DELIVERY).where(ROW.edition_id == edition_id, standing).values(values)
    return len(session.execute(doubted.returning(ROW.subscriber_id)).all())
