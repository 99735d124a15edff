"""The log: one form for all that is said, and nobody to be read in it."""

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date

import pytest

from digest.logs import discreet, speaking_of, start_logging
from digest.settings.log import LoggingSettings
from subscribers.tokens import Purpose, keyring

TOKEN = keyring(["a secret of more than thirty-two characters"]).sign(Purpose.UNSUBSCRIBE, 7)
DYING = """
from digest.settings.log import LoggingSettings
from digest.logs import last_words, start_logging

def die():
    start_logging(LoggingSettings(format="json"))
    with last_words():
        raise ValueError("for ada@reader.example")

if __name__ == "__main__":
    start_logging(LoggingSettings(format="json"))
    import threading
    thread = threading.Thread(target=lambda: 1 / 0, name="postman")
    thread.start(); thread.join()
    die()
"""


@pytest.fixture
def log() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("digest")
    before, level = list(root.handlers), ours.level
    yield
    root.handlers = before
    ours.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.mark.usefixtures("log")
def test_every_line_is_json_and_names_the_edition_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(LoggingSettings(format="json"))
    start_logging(LoggingSettings(format="json"))  # again, and yet once
    with speaking_of("morning", date(2026, 3, 14)):
        logging.getLogger("digest.clock").info("3 eligible = 3 sent")
    logging.getLogger("digest.clock").debug("not told")
    logging.getLogger("uvicorn.error").info("not told")
    logging.getLogger("uvicorn.error").warning("told")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.items() >= {"newsletter": "morning", "edition": "2026-03-14", "level": "info"}.items()
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["logger"], "edition" in second) == ("told", "uvicorn.error", False)


@pytest.mark.usefixtures("log")
def test_people_get_a_plain_line_and_from_the_level_they_want(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(LoggingSettings(format="console", level="warning"))
    with speaking_of("morning", date(2026, 3, 14)):
        logging.getLogger("digest.clock").info("not told")
        logging.getLogger("digest.clock").warning("the relay is away")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("of a library", stacklevel=1)
    lines = capsys.readouterr().err
    assert "[warning  ] the relay is away [digest.clock] edition=2026-03-14 newsletter=morning\n" in lines
    assert "of a library" in lines
    assert "not told" not in lines


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("550 <ada.b+c@reader.example> unknown", "550 <…@reader.example> unknown"),
        ("Key (email_key)=(ada@reader.example)", "Key (email_key)=(…@reader.example)"),
        ("?email=ada%40reader.example", "?email=…@reader.example"),
        ("smtp://user:p@ss@relay.example:25", "smtp://…@relay.example:25"),
        ("postgresql://digest:secret@localhost/x", "postgresql://…@localhost/x"),
        (f"GET /u/{TOKEN} failed", "GET /u/… failed"),
        (f"a token {TOKEN}.", "a token …."),
        (keyring(["x" * 32]).sign_caseless(Purpose.BOUNCE, 7), "…"),
        ("morning/2026-03-14: 3 eligible, host 12345", "morning/2026-03-14: 3 eligible, host 12345"),
        ("sender 3f2b7c1e-93cf-4c0f-8a1b-0d3e5f7a9b1c died", "sender 3f2b7c1e-93cf-4c0f-8a1b-0d3e5f7a9b1c died"),
    ],
)
def test_nobody_and_no_secret_is_read_in_a_line(said: str, written: str) -> None:
    assert discreet(said) == written


def test_what_ends_a_process_or_a_thread_is_logged_like_all_else() -> None:
    ended = subprocess.run([sys.executable, "-c", DYING], capture_output=True, text=True, check=False)
    thread, process = map(json.loads, ended.stderr.splitlines())
    assert (thread["event"], "ZeroDivisionError" in thread["exception"]) == ("postman ends", True)
    assert process["exception"].endswith("ValueError: for …@reader.example")
    assert ended.returncode == 1
