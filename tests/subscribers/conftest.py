"""What tests of readers may ask for beside the databases of each kind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.database import Database
from digest.upgrading import upgrade_schema


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite file with this version's tables and nothing in them, once."""
    file = tmp_path_factory.mktemp("blank") / "digest.db"
    opened = Database(f"sqlite:///{file}")
    upgrade_schema(opened)
    opened.close()
    return file


@pytest.fixture
def on_disk(blank_file: Path, tmp_path: Path) -> Iterator[Database]:
    """Give an empty SQLite database, for rules that another test holds on PostgreSQL or that are not SQL's."""
    opened = Database(f"sqlite:///{shutil.copy(blank_file, tmp_path / 'digest.db')}")
    yield opened
    opened.close()
