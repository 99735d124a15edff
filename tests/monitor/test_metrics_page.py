"""The figures: read from real rows over a real connection, and by nobody they are not for."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from sqlalchemy import event, text

from digest.building import build_edition
from digest.clock import lease_store
from digest.database import Database
from digest.delivery.publishing import publish
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.monitor import figures_store
from digest.monitor.kept import Kept
from digest.monitor.metrics import metrics_page
from digest.monitor.readiness import clock_alive, looks_usable
from digest.settings import Settings
from digest.web.application import web_app

TOKEN = "a token of more than thirty-two characters"


def ask(address: str, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


@contextmanager
def served(settings: Settings, database: Database) -> Iterator[str]:
    page = metrics_page(settings, database, lambda: MORNING + timedelta(minutes=5))
    with serve_in_thread(web_app(settings, database, lambda: MORNING, upkeep=[page]), bind_loopback()) as address:
        yield address


def test_the_figures_are_those_of_the_database(database: Database, tmp_path: Path) -> None:
    settings = configure(tmp_path, database.url)
    enlist(database, 5)
    stock(database)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    edition = publish(database, built, built.schedule, MORNING).edition
    with database.engine.begin() as connection:
        for reader, status in ((1, "sent"), (2, "sent"), (3, "unknown"), (4, "claimed")):
            connection.execute(
                text("UPDATE delivery SET status = :status WHERE subscriber_id = :reader"),
                {"status": status, "reader": reader},
            )
    lease_store.take_free(database, "somebody", "here 1", MORNING)
    with served(settings, database) as address:
        status, told = ask(address, "/metrics")
    assert (status, edition.id) == (200, 1)
    figures = dict(re.findall(r"^(\S+) (\S+)$", told, re.MULTILINE))
    wanted = {
        'digest_editions{newsletter="morning",status="sending"}': 1,
        'digest_queue{newsletter="morning",state="queued"}': 1,
        'digest_queue{newsletter="morning",state="claimed"}': 1,
        'digest_queue{newsletter="morning",state="unknown"}': 1,
        'digest_deliveries_done_total{newsletter="morning"}': 3,
        'digest_edition_late_seconds{newsletter="morning"}': 300,
        'digest_queue_age_seconds{newsletter="morning"}': 300,
        'digest_subscriptions{newsletter="morning",status="active"}': 5,
        "digest_signup_mails_waiting": 0,
        "digest_lease_held": 1,
        "digest_lease_beats_total": 0,
    }
    assert {name: float(figures[name]) for name in wanted} == wanted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_else_learns_that_there_are_figures(database: Database, tmp_path: Path) -> None:
    settings = configure(tmp_path, database.url)
    with served(settings, database) as address:
        assert ask(address, "/metrics")[0] == 200
        for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"):
            assert ask(address, "/metrics", **{header: "127.0.0.1"})[0] == 404
    settings = configure(tmp_path, database.url, more=f'[web]\nmetrics_token = "{TOKEN}"\n')
    with served(settings, database) as address:
        assert [ask(address, "/metrics", Authorization=given)[0] for given in ("", "Bearer", f"Bearer {TOKEN}x")] == [
            404
        ] * 3
        assert ask(address, "/metrics", Authorization=f"Bearer {TOKEN}", X_Forwarded_For="192.0.2.1")[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_settled_ledger_is_never_walked_over(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO edition (id, newsletter, local_date, status, window_start, window_end, send_at, deadline,"
                " recorded_at, eligible) VALUES (1, 'm', '2026-03-14', 'sending', :at, :at, :at, :at, :at, 9)"
            ),
            {"at": "2026-03-14 06:00:00.000000"},
        )
    statements: list[tuple[str, Any]] = []
    with database.reading() as session:
        connection = session.connection()
        event.listen(
            connection,
            "before_cursor_execute",
            lambda _c, _cur, statement, parameters, _ctx, _many: statements.append((statement, parameters)),
        )
        figures_store.under_way(session)
        figures_store.waiting_mails(session)
        figures_store.subscriptions(session)
        plans = [
            " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in list(statements)
        ]
    used = [re.findall(r"INDEX (ix_\w+)", plan) for plan in plans]
    assert used[1:] == [
        ["ix_delivery_queued"],
        ["ix_delivery_queued"],
        ["ix_delivery_claimed"],
        ["ix_delivery_unknown"],
        ["ix_system_mail_queued"],
        ["ix_subscription_newsletter_status"],
    ]
    assert not any("SCAN delivery" in plan for plan in plans)


def test_what_took_long_to_find_is_kept_for_longer() -> None:
    asked: list[int] = []

    def find() -> int:
        asked.append(1)
        time.sleep(0.02)
        return len(asked)

    kept = Kept(find, seconds=0)
    assert [kept.get(), kept.get()] == [1, 1]  # it took 20 ms: for 400 ms nobody asks again


def test_a_look_that_is_broken_and_a_clock_that_stands_still_are_not_ready(tmp_path: Path) -> None:
    settings = configure(tmp_path, "sqlite:///none.db")
    assert looks_usable(settings)() is None
    broken = configure(tmp_path, "sqlite:///none.db", template=str(tmp_path / "nothing"))
    assert looks_usable(broken)() == "the look of morning can't be used; the log says why"
    assert (clock_alive(lambda: 20.0)(), clock_alive(lambda: 125.2)()) == (
        None,
        "the clock has not looked what is due for 125 s",
    )
