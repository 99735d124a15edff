"""What tests of readers may ask for beside the databases of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from blank_database import blank_sqlite

from digest.database import Database


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Database]:
    """Give an empty SQLite database, for rules that another test holds on PostgreSQL or that are not SQL's."""
    opened = blank_sqlite(tmp_path)
    yield opened
    opened.close()
