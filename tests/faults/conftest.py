"""What the rows of the fault harness begin with: an edition for two thousand readers, and a morning to send it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bad_morning import READERS, BadMorning, Beginning, copied, prepare
from blank_database import blank_postgresql, blank_sqlite
from scripted_relay import ScriptedRelay
from warm_start import Nursery


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite database with a published edition for all readers, once; every row copies it."""
    folder = tmp_path_factory.mktemp("template")
    database = blank_sqlite(folder)
    prepare(folder, database, READERS)
    database.close()  # the last connection empties the write-ahead log: the file is whole
    assert [path.name for path in folder.glob("digest.db*")] == ["digest.db"]
    return folder / "digest.db"


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Give the process that sends are forked from."""
    with Nursery() as ready:
        yield ready


@pytest.fixture
def mornings() -> Iterator[ExitStack]:
    """Give a stack that ends relays and sends when the row is over."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def morning(template: Path, tmp_path: Path, mornings: ExitStack, nursery: Nursery) -> Beginning:
    """Give a way to begin a morning: the relay's script in, the morning out."""

    def begin(**script: object) -> BadMorning:
        relay = mornings.enter_context(ScriptedRelay(keeps_contents=False, **script))  # type: ignore[arg-type] # as the row has it
        return mornings.enter_context(BadMorning(tmp_path, copied(template, tmp_path), relay, nursery))

    return begin


@pytest.fixture
def postgresql_morning(postgresql: str, tmp_path: Path, mornings: ExitStack, nursery: Nursery) -> Beginning:
    """Give a way to begin a morning on PostgreSQL."""

    def begin(**script: object) -> BadMorning:
        database = blank_postgresql(postgresql)
        prepare(tmp_path, database, READERS)
        relay = mornings.enter_context(ScriptedRelay(keeps_contents=False, **script))  # type: ignore[arg-type]
        return mornings.enter_context(BadMorning(tmp_path, database, relay, nursery))

    return begin
