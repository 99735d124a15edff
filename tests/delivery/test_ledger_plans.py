"""The ledger stays quick when a million rows are settled: what is asked while sending is found by indexes."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from newsroom import MORNING
from recorded import TAKEN, came_to
from sqlalchemy import Connection, delete, event, text
from sqlmodel import Session

from digest.database import Database
from digest.delivery import store
from digest.delivery.history import past_deliveries
from digest.delivery.ledger import DeliveryStatus, Patience
from digest.delivery.tables import Delivery
from digest.editions.edition import Edition

SETTLED = 20_000
PATIENCE = Patience(timedelta(minutes=5), timedelta(hours=1))


def record_three(session: Session, edition: Edition) -> None:
    claims = store.claim(session, edition, "one", MORNING, most=3)
    store.record(session, edition, "one", [came_to(claim, TAKEN, DeliveryStatus.SENT) for claim in claims])


def give_back_three(session: Session, edition: Edition) -> None:
    claims = store.claim(session, edition, "one", MORNING, most=3)
    store.give_back(session, edition, "one", [(claim, MORNING) for claim in claims], MORNING)


ACTS: dict[str, Callable[[Session, Edition], object]] = {
    "claim": lambda session, edition: store.claim(session, edition, "one", MORNING, most=3),
    "record": record_three,
    "give back": give_back_three,
    "give back strays": lambda session, edition: store.give_back_strays(session, edition, "one", [], MORNING),
    "queue": store.queue,
    "in hand": lambda session, _: store.in_hand(session, 3),
    "mark abandoned": lambda session, edition: store.mark_abandoned(session, edition, MORNING, alive=["one"]),
    "resolve unknown": lambda session, edition: store.resolve_unknown(session, edition, DeliveryStatus.QUEUED, MORNING),
    "give up the queue": lambda session, edition: store.give_up_queue(session, edition, edition.schedule.deadline),
    "give up what has its own deadline": lambda session, edition: store.give_up_queue(session, edition, MORNING),
    "history": lambda session, _: past_deliveries(session, 3),
    "sort out": lambda session, edition: store.sort_out(
        session, edition.id, "one", [], {1}, certain=True, patience=PATIENCE, now=MORNING
    ),
}


# PostgreSQL plans by what it counted yesterday, when there was no row of this edition, or just now; SQLite by rule.
KINDS = [("sqlite", "never"), ("postgresql", "yesterday"), ("postgresql", "just now")]
on_each_kind = pytest.mark.parametrize(("database_url", "counted"), KINDS, indirect=["database_url"])


@pytest.fixture
def long_ledger(database: Database, edition: Edition, counted: str) -> Iterator[Session]:
    """Open a transaction on a ledger in which nearly everything is settled, and one delivery of each kind is not."""
    with database.writing() as session:
        settle_thousands(session, edition.id + 1)
        if counted == "yesterday":
            session.execute(text("ANALYZE delivery"))
    with database.writing() as session:
        settle_thousands(session, edition.id)
        store.claim(session, edition, "one", MORNING, most=2)
        store.mark_abandoned(session, edition, MORNING)
        store.claim(session, edition, "one", MORNING, most=2)
        if counted == "just now":
            session.execute(text("ANALYZE delivery"))
    with database.writing() as session:
        store.beat(session, "one", "here", MORNING)
        session.flush()
        yield session


def settle_thousands(session: Session, edition_id: int) -> None:
    numbers = {
        "sqlite": "WITH RECURSIVE s(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM s WHERE n < :last)",
        "postgresql": "WITH s(n) AS (SELECT generate_series(100, :last))",
    }[session.get_bind().dialect.name]
    columns = "edition_id, subscriber_id, subscription_id, status, attempts, next_attempt_at, changed_at"
    insert = f"INSERT INTO delivery ({columns}) {numbers} SELECT :edition, n, n, 'sent', 1, :now, :now FROM s"  # noqa: S608 - our own words
    session.execute(text(insert), {"edition": edition_id, "last": SETTLED, "now": str(MORNING)[:19]})


def plans_of(session: Session, act: Callable[[], object]) -> list[str]:
    """Do *act*; return how the database goes about each of its statements on deliveries."""
    ran: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _m: bool) -> None:
        if "delivery" in statement and not statement.startswith("EXPLAIN"):
            ran.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    act()
    event.remove(connection, "before_cursor_execute", note)
    return [_plan(connection, statement, parameters) for statement, parameters in ran]


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))


# Every row of the edition would be walked over: by a scan, or by an index in which the edition alone is looked up; or
# all that is claimed, for each row that is to be changed. Where the edition is written into the plan, PostgreSQL may
# leave the rest of the key out of it any day: it took two minutes for a claim when it knew nothing of a new million.
ALL_OF_IT = re.compile(
    r"^SCAN delivery|Seq Scan on delivery|sqlite_autoindex_delivery_1 \(edition_id=\?\)"
    r"|delivery_pkey[^\n]*\n\s+Index Cond: \(+edition_id = [\d$]"
    r"|Update on(?s:.*)Bitmap Index Scan",
    re.MULTILINE,
)


@on_each_kind
def test_nothing_that_is_done_while_sending_walks_over_the_whole_edition(
    long_ledger: Session, edition: Edition
) -> None:
    for name, act in ACTS.items():
        undone = long_ledger.begin_nested()
        plans = plans_of(long_ledger, partial(act, long_ledger, edition))
        undone.rollback()
        assert plans
        for plan in plans:
            assert not ALL_OF_IT.search(plan), f"{name}: {plan}"


@on_each_kind
def test_a_claim_takes_the_next_due_off_the_index_without_sorting(long_ledger: Session, edition: Edition) -> None:
    plans = plans_of(long_ledger, lambda: ACTS["claim"](long_ledger, edition))
    assert [plan for plan in plans if "ix_delivery_queued" in plan]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or "Sort" in plan]


@on_each_kind
def test_the_finder_of_whole_walks_finds(long_ledger: Session, edition: Edition) -> None:
    [counting] = plans_of(long_ledger, lambda: store.closing(long_ledger, edition))
    assert ALL_OF_IT.search(counting)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_audience_is_read_as_it_lies_and_then_sorted(database: Database, edition: Edition) -> None:
    with database.writing() as session:
        session.execute(delete(Delivery))
        session.execute(text("SET LOCAL enable_sort = off"))  # it would rather walk along an index now, if it could
        [freezing] = plans_of(session, lambda: store.freeze_audience(session, edition, MORNING))
    assert "Sort Key: subscription.subscriber_id" in freezing
