"""Forgetting a reader, ledger and all: what was mailed is still counted, of whom it was mailed to nothing is left."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Table, or_, select, update
from sqlmodel import Session, col

from digest.database import Database
from digest.delivery.leaving import wait_until_not_in_hand
from digest.delivery.store.claims import HELD
from digest.delivery.store.rows import ATTEMPT, DELIVERY, ROW
from digest.editions.tables import EditionRow
from digest.errors import DigestError
from subscribers.erasing import Erased, Leaver, begin_to_forget, erase
from subscribers.signup_tables import MailStatus, SystemMail
from subscribers.tokens import Keyring

_IN_HAND = (MailStatus.CLAIMED.value, MailStatus.BEGUN.value)


class StillInHandError(DigestError):
    """A copy for the reader is with a sender, who may yet write down what became of it; they are mailed no more."""


def forget_reader(
    database: Database,
    key: str,
    *,
    keyring: Keyring,
    now: datetime,
    pause: Callable[[float], None] = time.sleep,
) -> Erased | None:
    """Erase the reader whose address has this *key*, and suppress it; None when there is no such reader.

    The deliveries stay in the ledger, by number, without the relays' words: a reply quotes the address in ways that
    nobody can list ("user ada unknown"). Codes stay. It may take some seconds while an edition is being sent.

    Raises:
        StillInHandError: nothing is erased yet, and the reader is on no newsletter any more.
    """
    with database.writing() as session:
        leaver = begin_to_forget(session, key, keyring=keyring, now=now)
    if leaver is None:
        return None
    for number in leaver.subscriptions:
        wait_until_not_in_hand(database, number, pause)
    with database.writing() as session:
        if database.is_sqlite:
            session.connection().exec_driver_sql("PRAGMA secure_delete=ON")  # else the file keeps what is deleted
        return _erase(session, leaver, keyring.address_hash(key))


def _erase(session: Session, leaver: Leaver, address_hash: str) -> Erased:
    number = leaver.subscriber_id
    held = select(ROW.edition_id).where(
        *_theirs(DELIVERY, number), ROW.claimed_by.is_not(None), ROW.status.in_([status.value for status in HELD])
    )
    theirs = or_(col(SystemMail.address_hash) == address_hash, col(SystemMail.subscriber_id) == number)
    asking = select(col(SystemMail.id)).where(theirs, col(SystemMail.status).in_(_IN_HAND))
    if any(session.execute(each.with_for_update()).first() for each in (held, asking)):
        raise StillInHandError(
            "a copy for this reader is still with a sender that runs, or died: they are mailed no more; to erase them,"
            " run this again once `digest send` is through, or `digest reconcile` has settled what is unknown"
        )
    session.execute(update(DELIVERY).where(*_theirs(DELIVERY, number)).values(reply=None))
    session.execute(update(ATTEMPT).where(*_theirs(ATTEMPT, number)).values(reply=""))
    session.execute(update(SystemMail).where(theirs).values(new_email=None, reply=None))
    return erase(session, number)


def _theirs(table: Table, subscriber_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on a row of the ledger that it is this reader's, which no index tells but by edition."""
    return table.c.edition_id.in_(select(col(EditionRow.id))), table.c.subscriber_id == subscriber_id
