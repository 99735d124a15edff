"""Feeds from the command line: fetched, told, fetched again, and how they are doing."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from desk_folder import Digest

FEED = """<rss version="2.0"><channel><title>Wire</title>
<item><title>Snow in June - Wire</title><link>https://wire.example/snow</link></item>
<item><title>No address</title></item></channel></rss>"""
SOURCES = """
[fetching]
private_hosts = ["127.0.0.1"]

[[sources]]
name = "Wire"
feed = "http://127.0.0.1:{port}/wire.xml"

[[sources]]
name = "Gone"
feed = "http://127.0.0.1:{port}/gone.xml"

[[sources]]
name = "By hand"
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fed_desk(desk: Digest, tmp_path: Path) -> Iterator[Digest]:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "wire.xml").write_text(FEED)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "web"))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with (tmp_path / "digest.toml").open("a") as file:
            file.write(SOURCES.format(port=server.server_address[1]))
        yield desk
        server.shutdown()
        thread.join()


def test_feeds_are_fetched_and_what_went_wrong_is_told(fed_desk: Digest) -> None:
    desk = fed_desk
    first = desk("articles", "fetch")
    assert first.code == 1
    assert first.out.splitlines() == [
        "2 sources: 1 read, 0 unchanged, 1 failed, 0 waiting",
        "articles: 1 imported, 0 updated, 0 unchanged, 1 rejected",
    ]
    assert "rejected Wire, entry 2: it has no address" in first.err
    assert "failed Gone: it answers 404: it is not there; next try 20" in first.err
    second = json.loads(desk("articles", "fetch", "--json").out)
    assert {report["source"]: report["status"] for report in second} == {"Wire": "unchanged", "Gone": "waiting"}
    shown = json.loads(desk("sources", "--json").out)
    assert {source["source"]: source["state"] for source in shown} == {
        "Wire": "well",
        "Gone": "waiting",
        "By hand": "no feed",
    }
    assert (shown[0]["entries"], shown[0]["rejected"], shown[1]["failures"]) == (2, 1, 1)
    said = desk("sources").out.splitlines()
    assert [line.split()[:2] for line in said[1:4]] == [["Wire", "well"], ["Gone", "waiting"], ["By", "hand"]]
    assert said[4].startswith("Gone failed once: it answers 404: it is not there; next try 20")
    [article] = [found for found in json.loads(desk("articles", "list", "--json").out) if found["source"] == "Wire"]
    assert (article["headline"], article["position"]) == ("Snow in June", 1)
    assert article["flagged"] == "its feed gives no date; taken for new when it was first seen"
    unknown = desk("articles", "fetch", "Elsewhere")
    assert (unknown.code, unknown.err) == (
        2,
        "digest: there is no source 'Elsewhere' with a feed; there is Gone, Wire\n",
    )


def test_without_a_feed_there_is_nothing_to_fetch(desk: Digest) -> None:
    nothing = desk("articles", "fetch")
    assert (nothing.code, nothing.err.count("\n")) == (2, 1)
    assert "no source has a feed; write one into [[sources]]" in nothing.err
