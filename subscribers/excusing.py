"""Excusing: an address that was asked in vain may be asked again, on an operator's word (S07).

Anybody can type a stranger's address three times over three days and so use up all the mails that it will ever be sent
unanswered. Whether its owner wants in after all, only a person can find out.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from subscribers.known_store import ASKING, IS_SETTLED, MAY_HAVE_ARRIVED
from subscribers.signup_tables import SystemMail


def excuse(session: Session, address_hash: str, now: datetime) -> int:
    """Let the mails that nobody answered at this address, by its keyed hash, count as answered at *now* (UTC).

    Return how many they were. Their links stay what they are: to be confirmed for seven days, and to refuse for ever.
    """
    excused = (
        update(SystemMail)
        .where(
            col(SystemMail.address_hash) == address_hash,
            col(SystemMail.kind).in_(ASKING),
            col(SystemMail.status).in_(MAY_HAVE_ARRIVED),
            ~IS_SETTLED,
        )
        .values(excused_at=now)
        .returning(col(SystemMail.id))
    )
    return len(session.execute(excused).all())
