"""Readers whose address was entered into the form and who are still to be asked, as signing up leaves them."""

from datetime import datetime, timedelta

from newsroom import MORNING, NEWSLETTER, SECRET
from sqlmodel import col, select

from digest.database import Database
from subscribers.address import EmailAddress
from subscribers.signup_tables import SystemMail
from subscribers.store import Intake, Newcomer, sign_up_row
from subscribers.subscriber import SubscriptionEvent, move
from subscribers.tables import Subscriber, Subscription
from subscribers.tokens import keyring

ADA = "ada@example.org"
KEYS = keyring([SECRET])


class Watch:
    """A clock that stands still until it is set on."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(**span)


def ask(database: Database, address: str = ADA, *newsletters: str, at: datetime = MORNING, **values: object) -> int:
    """Put *address* down for the newsletters and queue the mail that asks; return its number."""
    parsed = EmailAddress.parse(address)
    with database.writing() as session:
        for newsletter in newsletters or (NEWSLETTER,):
            sign_up_row(session, Newcomer(parsed), Intake(newsletter, "the form", KEYS, at))
        reader = session.exec(select(Subscriber).where(Subscriber.email_key == parsed.key)).one()
        given = {"kind": "confirm", "status": "queued", "created_at": at, "due_at": at, "changed_at": at} | values
        mail = SystemMail(address_hash=reader.address_hash, subscriber_id=reader.id, **given)
        session.add(mail)
        session.flush()
        assert mail.id
        return mail.id


def mails(database: Database) -> list[SystemMail]:
    """Return every mail as it stands, oldest first."""
    with database.reading() as session:
        return list(session.exec(select(SystemMail).order_by(col(SystemMail.id))))


def statuses(database: Database) -> list[str]:
    """Return where every mail stands, oldest first."""
    return [mail.status for mail in mails(database)]


def leave(database: Database) -> None:
    """Let everybody leave."""
    with database.writing() as session:
        for row in session.exec(select(Subscription)):
            row.status = move(row.status, SubscriptionEvent.UNSUBSCRIBE).value  # type: ignore[arg-type] # its value
