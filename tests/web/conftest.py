"""A site that is served, with readers on two newsletters and one published edition."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from joining import open_site
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from visitor import Visitor

from digest.building import build_edition
from digest.database import Database
from digest.delivery.publishing import Published, publish
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.settings import Settings

WEEKEND = """
[newsletters.weekend]
name = "The <Weekend> Reader"
pitch = "Long reads & slow mornings."
from = "weekend@quay.example"
timezone = "America/New_York"
send_at = "06:30"
days = ["sat", "sun"]
"""


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Configure the newsroom with a second newsletter."""
    return configure(tmp_path, database.url, more=WEEKEND)


@pytest.fixture
def readers(database: Database) -> list[str]:
    """Put three readers on both newsletters."""
    enlist(database, 3, "weekend")
    return enlist(database, 3)


@pytest.fixture
def published(database: Database, settings: Settings, readers: list[str]) -> Published:  # noqa: ARG001 - its audience
    """Publish the morning's edition to the three readers."""
    stock(database)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    return publish(database, built, built.schedule, MORNING)


@pytest.fixture
def nudges() -> list[str]:
    """Collect what the sender of mails is told."""
    return []


@pytest.fixture
def serve(database: Database, nudges: list[str]) -> Iterator[Callable[[Settings], Visitor]]:
    """Give a way to serve the site that settings describe; it gives somebody who visits it."""
    with ExitStack() as running:

        def start(settings: Settings) -> Visitor:
            app = running.enter_context(open_site(settings, database, lambda: nudges.append("a mail waits")))
            return Visitor(running.enter_context(serve_in_thread(app, bind_loopback())))

        yield start


@pytest.fixture
def site(serve: Callable[[Settings], Visitor], settings: Settings, readers: list[str]) -> Visitor:  # noqa: ARG001 - they are on it
    """Serve the site; give somebody who visits it."""
    return serve(settings)
