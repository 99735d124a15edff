"""Somebody who asks the site for pages, over a real connection and without following redirects."""

import http.client
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode, urlsplit

from newsroom import NEWSLETTER, SECRET
from sqlmodel import select

from digest.database import Database
from digest.upgrading import METADATA
from subscribers.tables import Subscriber, Subscription
from subscribers.tokens import Purpose, keyring

RING = keyring([SECRET])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def words(self) -> str:
        """The body, with apostrophes as one types them."""
        return self.body.decode().replace("\u2019", "'")


class Visitor:
    def __init__(self, base: str) -> None:
        self._place = urlsplit(base).netloc

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(self._place, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def press(self, path: str, **fields: str) -> Answer:
        """Press a button of the page at *path*."""
        return self.ask("POST", path, urlencode(fields).encode(), FORM)


def subscription(database: Database, address: str = "reader1@example.org", newsletter: str = NEWSLETTER) -> int:
    with database.reading() as session:
        found = session.exec(
            select(Subscription.id)
            .join(Subscriber)
            .where(Subscriber.email == address, Subscription.newsletter == newsletter)
        ).one()
    assert found is not None
    return found


def status(database: Database, number: int) -> str:
    with database.reading() as session:
        return session.get_one(Subscription, number).status


def leave_link(number: int) -> str:
    return f"/u/{RING.sign(Purpose.UNSUBSCRIBE, number)}"


def preferences_link(number: int, address: str = "reader1@example.org") -> str:
    return f"/preferences/{RING.sign(Purpose.PREFERENCES, number, bound_to=address)}"


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to show that nothing changed."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in METADATA.sorted_tables
        }
