"""A newsroom at work for each file, with an empty SQLite database."""

from collections.abc import Iterator

import pytest
from at_work import AtWork, newsroom_at_work


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """Give a newsroom that is served, with one reader of long standing."""
    folder = tmp_path_factory.mktemp("newsroom")
    with newsroom_at_work(folder, f"sqlite:///{folder / 'digest.db'}") as at_work:
        yield at_work
