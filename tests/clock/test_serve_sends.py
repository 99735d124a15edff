"""`digest serve` in its own morning: a real command, the real time, a real relay."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from newsroom import NEWSLETTER, SECRET, configure, enlist, stock
from running_clock import wait_for
from scripted_relay import PASS, Answer, ScriptedRelay
from sqlalchemy import text
from sqlmodel import select

from digest.clock.tables import LeaseRow
from digest.database import Database
from digest.editions.tables import EditionRow
from digest.upgrading import upgrade_schema
from subscribers.signup_tables import SystemMail
from subscribers.tokens import Purpose, keyring

DIGEST = Path(sys.executable).with_name("digest")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    upgrade_schema(opened)
    yield opened
    opened.close()


def configure_for_now(folder: Path, database: Database, relay: ScriptedRelay) -> None:
    """Let it be noon in the newsletter's zone, the sending due since ten, with its cut-off at nine."""
    configure(folder, database.url, relay.url)
    now = datetime.now(UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"  # of which the sign says how far behind it is
    file = folder / "digest.toml"
    text = file.read_text(encoding="utf-8").replace('"UTC"', f'"{zone}"').replace('"05:30"', '"09:00"')
    file.write_text(text.replace('"06:00"', '"10:00"').replace('"10:00"\nmin', '"23:00"\nmin'), encoding="utf-8")
    stock(database, cutoff=now - timedelta(hours=3, minutes=now.minute))
    enlist(database, 3, NEWSLETTER)


@contextmanager
def serving(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    process = subprocess.Popen(
        [DIGEST, "serve", "--port", "0", *options],
        cwd=folder,
        env={**clean, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found
        asked = HTTPConnection("127.0.0.1", int(found.group(1)), timeout=20)
        asked.request("GET", "/healthz")
        assert asked.getresponse().status == 200  # it hears signals by now
        asked.close()
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_sends_what_is_due_by_itself_and_ends_when_it_is_told_to(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay() as relay:
        configure_for_now(tmp_path, database, relay)
        with serving(tmp_path) as process:
            wait_for(lambda: rows(database, LeaseRow))
            wait_for(lambda: rows(database, EditionRow) and rows(database, EditionRow)[0].status == "sent")
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert sorted(relay.accepted) == [f"reader{number}@example.org" for number in (1, 2, 3)]
    assert "3 eligible = 3 sent + 0 failed + 0 unknown + 0 skipped" in err
    assert rows(database, LeaseRow) == []


def test_its_log_names_the_edition_and_never_a_reader_or_a_token(database: Database, tmp_path: Path) -> None:
    def refuse(recipient: str, _times: int) -> Answer:
        return f"550 5.1.1 <{recipient}>: no such user" if recipient != "reader1@example.org" else PASS

    with ScriptedRelay(at_rcpt=refuse) as relay:
        configure_for_now(tmp_path, database, relay)
        port = free_port()
        with serving(tmp_path, "--port", str(port)) as process:
            token = keyring([SECRET]).sign(Purpose.UNSUBSCRIBE, 3)
            wish = {"email": "zoe@reader.example", "newsletters": [NEWSLETTER]}
            assert ask(port, "/api/subscriptions", json.dumps(wish)) == 202
            wait_for(lambda: [mail.status for mail in rows(database, SystemMail)] == ["failed"])
            wait_for(lambda: rows(database, EditionRow) and rows(database, EditionRow)[0].status == "sent")
            assert ask(port, f"/u/{token}", "List-Unsubscribe=One-Click") == 200
            with database.engine.begin() as connection:
                connection.execute(text("ALTER TABLE subscription RENAME TO elsewhere"))
            assert ask(port, f"/u/{token}", "List-Unsubscribe=One-Click") == 503
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
    lines = [json.loads(line) for line in err.splitlines()]
    closing = [line for line in lines if "3 eligible = 1 sent + 2 failed" in line["event"]]
    assert [(line["newsletter"], line["level"]) for line in closing] == [(NEWSLETTER, "error")]
    assert closing[0]["edition"] in closing[0]["event"]
    assert any("the database failed" in line["event"] for line in lines)
    assert not re.search(r"reader\d@|zoe@|" + re.escape(token), err)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def ask(port: int, path: str, body: str) -> int:
    asked = HTTPConnection("127.0.0.1", port, timeout=20)
    kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
    asked.request("POST", path, body, {"Content-Type": kind})
    status = asked.getresponse().status
    asked.close()
    return status


def test_with_no_schedule_it_takes_no_lease_and_sends_nothing(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay() as relay:
        configure_for_now(tmp_path, database, relay)
        with serving(tmp_path, "--no-schedule") as process:
            time.sleep(0.5)  # the clock's first look is at once
            assert (rows(database, EditionRow), rows(database, LeaseRow)) == ([], [])
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    assert relay.commands == []


def rows(database: Database, table: type) -> list:
    with database.reading() as session:
        return list(session.exec(select(table)))
