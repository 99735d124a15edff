"""Readers for elsewhere: everybody on the newsletters as a CSV that spreadsheets show and our own import reads."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, TextIO

from sqlalchemy import Select, case, exists, literal, select
from sqlmodel import Session, col

from subscribers.name import one_line
from subscribers.spreadsheet import guarded
from subscribers.tables import Consent, Subscriber, Subscription, Suppression

PAGE_ROWS = 10_000
# Stands in place of the status, so that who must not be mailed is active nowhere else either (B11).
SUPPRESSED = "suppressed"


class ExportedRow(NamedTuple):
    """A reader on a newsletter: where they stand, since when and on whose word; the instants are in UTC."""

    email: str
    name: str
    newsletter: str
    status: str
    since: datetime
    provenance: str
    confirmed_at: datetime | None
    timezone: str | None


def export_subscribers(
    reading: Callable[[], AbstractContextManager[Session]],
    newsletter: str | None = None,
    statuses: Sequence[str] = (),
    page_rows: int = PAGE_ROWS,
) -> Iterator[ExportedRow]:
    """Give everybody on *newsletter*, by default on any, who stands at one of *statuses*, by default at any.

    *reading* opens a transaction for each page of *page_rows*; who comes or goes meanwhile may be missed or be there.
    """
    last = 0
    while True:
        with reading() as session:
            page = session.execute(_page(last, newsletter, statuses, page_rows)).all()
        for _number, *row in page:
            yield ExportedRow(*row)
        if len(page) < page_rows:
            return
        last = page[-1][0]


def write_rows(rows: Iterable[ExportedRow], file: TextIO) -> int:
    """Write *rows* to *file*, which must not translate line ends, below a header; return how many they are.

    Every cell is in quotes, one that looks like a formula is guarded, and each row stands on one line, as the import
    reads it.
    """
    # In quotes because where the comma is the decimal sign, spreadsheets part cells at semicolons.
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(ExportedRow._fields)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - told at the end
        writer.writerow(guarded(one_line(_as_text(cell))) for cell in row)
    return count


def _as_text(cell: str | datetime | None) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return cell or ""


def _page(last: int, newsletter: str | None, statuses: Sequence[str], rows: int) -> Select[tuple[object, ...]]:
    """Return the query for the next *rows* after the subscription with the number *last*."""
    is_suppressed = exists().where(col(Suppression.address_hash) == col(Subscriber.address_hash))
    status = case((is_suppressed, literal(SUPPRESSED)), else_=col(Subscription.status))
    word = (
        select(col(Consent.provenance))
        .where(col(Consent.subscription_id) == col(Subscription.id))
        .order_by(col(Consent.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            *(col(Subscription.id), col(Subscriber.email), col(Subscriber.name), col(Subscription.newsletter)),
            *(status, col(Subscription.changed_at), word, col(Subscription.confirmed_at), col(Subscriber.timezone)),
        )
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(col(Subscription.id) > last)
        .order_by(col(Subscription.id))
        .limit(rows)
    )
    if newsletter is not None:
        query = query.where(col(Subscription.newsletter) == newsletter)
    return query.where(status.in_(statuses)) if statuses else query
