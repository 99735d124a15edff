"""Whose site an address is on, and who may bring it."""

from datetime import UTC, datetime

import pytest

from digest.articles.article import Article
from digest.articles.feeds.home import Homes
from digest.articles.rejection import Rejection
from digest.settings import SourceSettings

SOURCES = [
    SourceSettings(name="Harbour Post", feed="https://www.post.example/rss"),
    SourceSettings(name="Harbour Post Sport", feed="https://post.example/sport/rss"),
    SourceSettings(name="Wire", feed="https://feeds.wire.example/top"),
    SourceSettings(name="Daily Sport", feed="https://rss.daily.example/sport"),
    SourceSettings(name="Daily", feed="https://www.daily.example/rss"),
    SourceSettings(name="Our newsroom", own=True),
]
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def brought(url, source):
    article = Article(url, source, own=False, headline="Rain", summary="", body_html="", published=AT)
    return Homes.of(SOURCES).admit(article)


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://post.example/rain", "Harbour Post"),
        ("https://www.post.example/rain", "Harbour Post Sport"),
        ("https://www.wire.example/rain", "Wire"),
        ("https://elsewhere.example/rain", "Wire"),
        ("https://www.daily.example/rain", "Daily Sport"),
    ],
)
def test_an_outlet_brings_what_stands_on_its_own_site_or_on_nobodys(url, source):
    assert isinstance(brought(url, source), Article)


def test_what_stands_on_another_outlets_site_is_rejected_with_the_reason():
    found = brought("https://www.post.example/rain", "Wire")
    assert found == Rejection(
        "Wire (https://www.post.example/rain)",
        "its address is on the site of Harbour Post and Harbour Post Sport, whose own feed brings what stands there",
    )


def test_what_was_rejected_before_stays_so():
    rejection = Rejection("Wire, entry 3", "it has no address")
    assert Homes.of(SOURCES).admit(rejection) is rejection
