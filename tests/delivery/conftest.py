"""A published edition and its ledger."""

from collections.abc import Iterator

import pytest
from blank_database import blank_sqlite
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from sqlmodel import Session

from digest.building import BuiltEdition, build_edition
from digest.database import Database
from digest.delivery import store
from digest.delivery.publishing import publish
from digest.editions.edition import Edition


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltEdition:
    """Build the edition once; where it is published makes no difference to it."""
    folder = tmp_path_factory.mktemp("built")
    database = blank_sqlite(folder)
    stock(database)
    with database.reading() as session:
        edition = build_edition(session, configure(folder, database.url), NEWSLETTER, DAY)
    database.close()
    return edition


@pytest.fixture
def edition(database: Database, built: BuiltEdition) -> Edition:
    """Publish an edition to ten readers."""
    enlist(database, 10)
    return publish(database, built, built.schedule, MORNING).edition


@pytest.fixture
def ledger(database: Database, edition: Edition) -> Iterator[Session]:  # noqa: ARG001 - published before it is opened
    """Open one transaction with two senders signed on."""
    with database.writing() as session:
        for sender in ("one", "two"):
            store.beat(session, sender, "here", MORNING)
        session.flush()
        yield session
