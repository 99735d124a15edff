"""Outcomes as a relay words them, and how a test records them."""

from datetime import datetime

from newsroom import MORNING
from sqlmodel import Session, select

from digest.delivery import store
from digest.delivery.ledger import DeliveryStatus, Verdict
from digest.delivery.outcome import Outcome, outcome_of_final_reply
from digest.delivery.tables import Delivery
from digest.editions.edition import Edition

GONE = outcome_of_final_reply(550, "5.1.1 no such user")
TAKEN = outcome_of_final_reply(250, "2.0.0 queued as 4711")


def came_to(claim: store.Claim, outcome: Outcome, status: DeliveryStatus, due: datetime = MORNING) -> store.Attempted:
    return store.Attempted(claim, outcome, Verdict(status, due), MORNING)


def record(session: Session, edition: Edition, sender: str, *attempts: store.Attempted) -> None:
    store.record(session, edition, sender, attempts)


def row_of(session: Session, claim: store.Claim) -> Delivery:
    found = select(Delivery).where(Delivery.subscriber_id == claim.reader.subscriber_id)
    return session.exec(found.execution_options(populate_existing=True)).one()
