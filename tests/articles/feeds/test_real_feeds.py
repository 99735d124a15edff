"""Real feeds, with what another parser made of them."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest

from digest.articles.article import Article
from digest.articles.canonical_url import canonical_url, joined
from digest.articles.feeds.entry_article import articles_of
from digest.articles.feeds.feed_date import told_instant
from digest.articles.feeds.parsing import parse_feed
from digest.articles.rejection import RejectedError, Rejection
from digest.settings import SourceSettings

URL = "https://outlet.example/feed"
NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)


@pytest.fixture
def expected(shared_data):
    return json.loads((shared_data / "feeds" / "expected_simple.json").read_text(encoding="utf-8"))


def words(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text or "")).split())


def same_address(one, other):
    return canonical_url(joined(one, URL)) == canonical_url(joined(other, URL))


def test_every_feed_gives_its_entries_titles_links_and_instants(shared_data, expected):
    told = {name: values for name, values in expected.items() if values is not None}
    assert len(told) == 64
    for name, values in told.items():
        feed = parse_feed((shared_data / "feeds" / name).read_bytes(), URL)
        assert words(feed.title) == words(values["feed_title"]), name
        assert len(feed.entries) == values["entry_count"], name
        for entry, expectation in zip(feed.entries, values["entries"], strict=True):
            assert words(entry.title) == words(expectation["title"]), name
            links = expectation["link_any_of"]
            assert not links or any(same_address(entry.link, link) for link in links), name
            if expectation["published"]:
                assert told_instant(entry.dates) == datetime.fromisoformat(expectation["published"]), name


def test_every_file_is_read_or_refused_with_a_reason(shared_data, expected):
    refused = {}
    for name in expected:
        try:
            feed = parse_feed((shared_data / "feeds" / name).read_bytes(), URL)
        except RejectedError as error:
            refused[name] = str(error)
            continue
        items = list(articles_of(feed, SourceSettings(name="Outlet"), URL, NOW))
        assert len(items) == len(feed.entries) > 0, name
        assert all(isinstance(item, Article) or (isinstance(item, Rejection) and item.reason) for item in items), name
    assert {name: reason.partition(":")[0] for name, reason in refused.items()} == {
        "rss2/rss_2.0_invalid_1.xml": "it is no feed that can be read",
        "xml/xml_iso8859.xml": "it is XML but no feed",
        "xml/xml_sample_1.xml": "it is XML but no feed",
        "xml/xml_sample_2.xml": "it is XML but no feed",
    }


def test_most_entries_become_articles(shared_data, expected):
    articles = rejections = 0
    for name, values in expected.items():
        if values is not None:
            feed = parse_feed((shared_data / "feeds" / name).read_bytes(), URL)
            for item in articles_of(feed, SourceSettings(name="Outlet"), URL, NOW):
                articles += isinstance(item, Article)
                rejections += isinstance(item, Rejection)
    assert (articles, rejections) == (94, 8)  # these eight have no address at all
