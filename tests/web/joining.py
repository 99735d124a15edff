"""Somebody who wants a newsletter: the form as a browser sends it, and the mail that it leads to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import FastAPI
from newsroom import MORNING, NEWSLETTER
from sqlmodel import select
from visitor import FORM, RING, Answer, Visitor

from digest.database import Database
from digest.settings import Settings
from digest.web.application import web_app
from digest.web.signing_up import registrar_running
from subscribers.lifecycle_store import mark_asked
from subscribers.signup_tables import SystemMail
from subscribers.stamp import stamp
from subscribers.tables import Consent, Subscriber, Subscription
from subscribers.tokens import Purpose

NEW = "ann@example.org"
# The form was read for a minute.
STAMP = stamp(RING, MORNING - timedelta(minutes=1))


@contextmanager
def open_site(settings: Settings, database: Database, on_mail: Callable[[], None] = lambda: None) -> Iterator[FastAPI]:
    """Give the site of *settings*, where one can sign up while the block lasts."""
    with registrar_running(settings, database, lambda: MORNING, on_mail) as registrar:
        yield web_app(settings, database, lambda: MORNING, registrar, on_mail)


def sign_up(site: Visitor, email: str = NEW, newsletters=(NEWSLETTER,), headers=None, **fields: str) -> Answer:
    told = [("email", email), ("website", ""), ("stamp", STAMP), *(("newsletter", slug) for slug in newsletters)]
    told = [*(pair for pair in told if pair[0] not in fields), *fields.items()]
    return site.ask("POST", "/subscribe", urlencode(told).encode(), FORM | (headers or {}))


def mails(database: Database) -> list[SystemMail]:
    with database.reading() as session:
        return list(session.exec(select(SystemMail).order_by(SystemMail.id)))


def asked(database: Database) -> int:
    """Let the newest mail go out as the postman does; return its number."""
    mail = mails(database)[-1]
    with database.writing() as session:
        row = session.get_one(SystemMail, mail.id)
        row.status = "sent"
        session.add(row)
        mark_asked(session, mail.subscriber_id, mail.id)
    return mail.id


def confirm_link(mail: int) -> str:
    return f"/confirm/{RING.sign(Purpose.CONFIRM, mail)}"


def not_me_link(mail: int) -> str:
    return f"/not-me/{RING.sign(Purpose.DENY, mail)}"


def standings(database: Database, email: str = NEW) -> dict[str, str]:
    with database.reading() as session:
        found = session.exec(
            select(Subscription.newsletter, Subscription.status).join(Subscriber).where(Subscriber.email == email)
        )
        return dict(found.all())


def consents(database: Database, email: str = NEW) -> list[Consent]:
    with database.reading() as session:
        return list(
            session.exec(
                select(Consent)
                .join(Subscription, Consent.subscription_id == Subscription.id)
                .join(Subscriber, Subscription.subscriber_id == Subscriber.id)
                .where(Subscriber.email == email)
                .order_by(Consent.id)
            )
        )
