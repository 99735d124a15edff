"""Reconciling: a person says what became of the deliveries nobody knows about (law 6)."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from digest.database import Database
from digest.delivery.ledger import Closing, DeliveryStatus
from digest.delivery.store import mark_abandoned, resolve_unknown, settle
from digest.editions.edition import EditionEvent
from digest.editions.store import change_status, find_edition
from digest.editions.tables import EditionRow
from digest.errors import BadInputError


class Settlement(StrEnum):
    """What a person can decide of unknown deliveries, by the status they get."""

    RESEND = DeliveryStatus.QUEUED.value
    SENT = DeliveryStatus.SENT.value
    FAILED = DeliveryStatus.FAILED.value


def reconcile_unknown(
    database: Database,
    newsletter: str,
    local_date: date,
    settlement: Settlement,
    now: datetime,
    alive: Collection[str] = (),
) -> tuple[int, Closing]:
    """Give every unknown delivery of an edition the status decided; return how many, and the equation after it.

    What silent senders have in hand counts among them, unless they are known to be *alive*. What their journals can
    tell should be sorted out before (`digest.delivery.recovery`), so that nobody decides what is known.

    Raises:
        BadInputError: the edition was never published.
    """
    with database.writing() as session:
        edition = find_edition(session, newsletter, local_date)
        if edition is None or not edition.is_published:
            raise BadInputError(f"{newsletter} of {local_date} was never published: there is nothing to reconcile")
        session.get_one(EditionRow, edition.id, with_for_update=True)  # before any delivery, as all do who need both
        status = DeliveryStatus(settlement.value)
        mark_abandoned(session, edition, now, alive)
        settled = resolve_unknown(session, edition, status, now)
        if settled and status is DeliveryStatus.QUEUED:
            change_status(session, edition, EditionEvent.REOPEN)
        return settled, settle(session, edition, now)
