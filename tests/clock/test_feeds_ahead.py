"""The feeds are read before an edition is made of them, and a feed that fails costs nobody their morning."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from newsroom import DAY, MORNING
from running_clock import Newsroom, on_sqlite, wait_for

ITEM = """<item><title>Ferry {number} sails again after the storm</title><link>https://wire.example/{number}</link>
<description>The harbour master says that ferry {number} has fuel for a week.</description>
<pubDate>Sat, 14 Mar 2026 05:0{number}:00 GMT</pubDate></item>"""
ITEMS = "".join(ITEM.format(number=number) for number in range(3))
FEED = f'<rss version="2.0"><channel><title>Wire</title>{ITEMS}</channel></rss>'
SOURCES = """
[fetching]
private_hosts = ["127.0.0.1"]
[[sources]]
name = "Wire"
feed = "http://127.0.0.1:{port}/wire.xml"
[[sources]]
name = "Gone"
feed = "http://127.0.0.1:{port}/gone.xml"
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "wire.xml").write_text(FEED, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield SOURCES.format(port=server.server_address[1])
        server.shutdown()
        thread.join()


@on_sqlite
def test_started_in_the_morning_it_reads_the_feeds_first_and_sends_what_they_brought(
    newsroom: Newsroom, sources: str, caplog: pytest.LogCaptureFixture
) -> None:
    with newsroom.clock(MORNING, more=sources):
        newsroom.wait_for("sent")
        wait_for(lambda: newsroom.told)
    assert len(newsroom.relay.accepted) == 3
    assert all(b"wire.example/2" in content for content in newsroom.relay.contents)
    assert [record.message for record in caplog.records] == ["feeds: Gone: it answers 404: it is not there"]
    assert newsroom.told == [f"morning/{DAY}: 3 eligible = 3 sent + 0 failed + 0 unknown + 0 skipped"]
