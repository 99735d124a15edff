"""`digest serve`, as an operator runs it: a real process, a real signal."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from blank_database import blank_sqlite
from newsroom import configure, enlist
from visitor import FORM, ONE_CLICK, Visitor, leave_link, status, subscription

DIGEST = Path(sys.executable).with_name("digest")


@pytest.fixture
def newsroom(tmp_path):
    database = blank_sqlite(tmp_path)
    configure(tmp_path, database.url)
    enlist(database, 1)
    yield database
    database.close()


@pytest.fixture
def command(tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    running = []

    def start(*options):
        process = subprocess.Popen(
            [DIGEST, "--config", tmp_path / "digest.toml", "serve", "--no-schedule", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**clean, "PYTHONUNBUFFERED": "1"},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_serves_until_it_is_told_to_end_and_logs_no_token(newsroom, command, host, ending):
    process = command("--host", host, "--port", "0")
    said = process.stdout.readline()
    base = re.search(r"http://\S+:\d+", said).group()
    number = subscription(newsroom)
    answer = Visitor(base).ask("POST", leave_link(number), ONE_CLICK, FORM)
    assert (answer.status, status(newsroom, number)) == (200, "unsubscribed")
    assert answer.headers["Server"] is None
    assert Visitor(base).get(leave_link(number)[:-1]).status == 404
    process.send_signal(ending)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert leave_link(number)[3:-1] not in out + err
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines] == ["links in mails lead to http://127.0.0.1:8000, which is not here"]


def test_a_request_in_hand_is_finished_before_it_ends(newsroom, command):
    process = command("--port", "0")
    port = int(re.search(r":(\d+)/", process.stdout.readline()).group(1))
    number = subscription(newsroom)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = f"POST {leave_link(number)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(ONE_CLICK)}\r\n\r\n"
        connection.sendall(head.encode() + ONE_CLICK[:5])
        assert Visitor(f"http://127.0.0.1:{port}").get("/healthz").status == 200  # the first one is in hand by now
        process.send_signal(signal.SIGTERM)
        connection.sendall(ONE_CLICK[5:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert process.wait(timeout=60) == 0
    assert status(newsroom, number) == "unsubscribed"


@pytest.mark.usefixtures("newsroom")
def test_a_taken_port_is_one_clear_line_and_exit_code_2(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = command("--port", str(port))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == f"digest: port {port} of 127.0.0.1 is taken by another program; --port chooses one\n"


@pytest.mark.usefixtures("newsroom")
def test_a_host_that_is_not_ours_is_one_clear_line_and_exit_code_2(command):
    process = command("--host", "192.0.2.1", "--port", "0")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith("digest: --host 192.0.2.1 --port 0 can't be had: ")
    assert err.count("\n") == 1


def test_a_database_that_is_missing_is_one_clear_line_and_exit_code_2(tmp_path, command):
    configure(tmp_path, f"sqlite:///{tmp_path / 'digest.db'}")
    process = command("--port", "0")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "'digest db upgrade' creates it" in err
    assert err.count("\n") == 1
