"""A thousand people, or one with a thousand machines, type the same address at the same moment (S07, S17)."""

import asyncio
from collections import Counter

from at_work import AtWork, wait_for
from newsroom import NEWSLETTER
from raw_http import form_request
from sqlmodel import select

from subscribers.signup_tables import SystemMail
from subscribers.tables import Consent, Subscriber

NEW = "flooded@example.org"
MANY = 1000


def test_a_thousand_sign_ups_of_one_address_at_once_send_exactly_one_mail(newsroom: AtWork) -> None:
    statuses = asyncio.run(all_at_once(newsroom.base.removeprefix("http://")))
    assert statuses == Counter({b"HTTP/1.1 200 OK": MANY})
    wait_for(lambda: set(mail_statuses(newsroom)) == {"sent"}, "what is queued to be written down as sent")
    with newsroom.database.reading() as session:
        assert len(session.exec(select(Subscriber).where(Subscriber.email == NEW)).all()) == 1
        assert len(session.exec(select(Consent).where(Consent.event == "sign_up")).all()) == 1
    assert [mail.recipient for mail in newsroom.catcher.caught] == [NEW]


def mail_statuses(newsroom: AtWork) -> list[str]:
    with newsroom.database.reading() as session:
        return list(session.exec(select(SystemMail.status)))


async def all_at_once(host: str) -> Counter[bytes]:
    """Ask from a thousand networks, so that not the limit of one of them is what holds."""
    name, _, port = host.partition(":")
    ready = asyncio.Barrier(MANY)

    async def sign_up(number: int) -> bytes:
        reader, writer = await asyncio.open_connection(name, int(port))
        await ready.wait()
        visitor = f"2001:db8:{number:x}::1"
        writer.write(form_request(host, visitor, {"email": NEW, "newsletter": NEWSLETTER}))
        line = await reader.readline()
        await reader.read()
        writer.close()
        return line.strip()

    return Counter(await asyncio.gather(*map(sign_up, range(1, MANY + 1))))
