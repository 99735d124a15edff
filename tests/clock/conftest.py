"""A newsroom whose clock runs, and a test that says what time it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_clock import Newsroom
from scripted_relay import ScriptedRelay
from told_time import FILE

from digest.database import Database


@pytest.fixture
def relay() -> Iterator[ScriptedRelay]:
    """Give a relay that takes everything."""
    with ScriptedRelay() as listening:
        yield listening


@pytest.fixture
def newsroom(database: Database, relay: ScriptedRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Give a newsroom with three readers and no story yet."""
    monkeypatch.setenv(FILE, str(tmp_path / "time"))
    return Newsroom(database, relay, tmp_path)
