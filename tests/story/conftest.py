"""A newsroom at work for each file, with an empty SQLite database."""

from collections.abc import Iterator

import pytest
from at_work import AtWork, newsroom_at_work
from blank_database import blank_sqlite


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """Give a newsroom that is served, with one reader of long standing."""
    folder = tmp_path_factory.mktemp("newsroom")
    with newsroom_at_work(folder, blank_sqlite(folder)) as at_work:
        yield at_work
