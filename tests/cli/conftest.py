"""The command line as its user meets it: a real process in a folder of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_folder import IMPORT_SEED, SEED, Digest, digest_in

from digest.demo.catcher import Catcher


@pytest.fixture
def digest(tmp_path: Path) -> Digest:
    """Give a function that runs `digest` with its arguments in an empty folder."""
    return digest_in(tmp_path)


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    """Give a mail catcher that listens."""
    with Catcher() as listening:
        yield listening


@pytest.fixture(scope="session")
def prepared_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a configuration, a database and one story for 14 March 2020, once for all tests."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "storm.txt").write_text(SEED, encoding="utf-8")
    for command in (("init",), IMPORT_SEED):
        done = digest_in(folder)(*command)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def desk(prepared_desk: Path, tmp_path: Path) -> Digest:
    """Give `digest` in a folder of its own with a configuration, a database and one story for 14 March 2020."""
    shutil.copytree(prepared_desk, tmp_path, dirs_exist_ok=True)
    return digest_in(tmp_path)
