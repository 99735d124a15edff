"""Whatever a server sends, reading it ends soon, in articles or in a reason."""

import json
import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.article import Article
from digest.articles.feeds.entry_article import MOST_ENTRIES, articles_of
from digest.articles.feeds.parsing import parse_feed
from digest.articles.rejection import RejectedError, Rejection
from digest.settings import SourceSettings

URL = "https://outlet.example/feed"
NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
OUTLET = SourceSettings(name="Outlet", excerpt_chars=200)
MOST_SECONDS = 8.0  # the slowest takes one on a quiet machine


def rss(items):
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


def item(description="", title="Rain", number=1):
    return f"<item><title>{title}</title><link>https://x.example/{number}</link><description>{description}</description></item>"


def read(data):
    try:
        return list(articles_of(parse_feed(data, URL), OUTLET, URL, NOW))
    except RejectedError as error:
        return [Rejection(URL, str(error))]


ATTRIBUTES = b" ".join(b'a%d="1"' % number for number in range(200_000))
BRACKETED = b" ".join(b'a%d=">"' % number for number in range(200_000))
NAMESPACES = b" ".join(b'xmlns:a%d="u"' % number for number in range(60_000))
CORPUS = {
    "deep": lambda: rss("<a>" * 200_000),
    "deep and closed": lambda: rss("<a>" * 100_000 + "</a>" * 100_000),
    "a long text": lambda: rss(item("x" * 9_000_000)),
    "a long title": lambda: rss(item(title="x | " * 500_000)),
    "many entries": lambda: rss("".join(item(number=number) for number in range(30_000))),
    "brackets": lambda: b"<rss>" + b"<" * 900_000,
    "attributes": lambda: b"<rss " + b" ".join(b'a%d="1"' % number for number in range(60_000)) + b"><channel>",
    "attributes of a well-formed tag": lambda: rss("").replace(b"<channel>", b"<channel " + ATTRIBUTES + b">"),
    "attributes that hold brackets": lambda: rss("").replace(b"<channel>", b"<channel " + BRACKETED + b">"),
    "namespaces": lambda: rss("").replace(b"<channel>", b"<channel " + NAMESPACES + b">"),
    "entries in entries": lambda: b'<rss version="2.0"><channel>&x;' + b"<item>" * 49_000,
    "pictures": lambda: rss(item("&lt;img src=x&gt;" * 100_000)),
    "ampersands": lambda: rss(item("&" * 900_000)),
    "entities without end": lambda: rss(item("&nbsp;" * 150_000)),
    "open tags in a body": lambda: rss(item("&lt;div&gt;" * 200_000)),
    "an open link in a body": lambda: rss(item("<![CDATA[" + '<a href="' * 500_000 + "]]>")),
    "a long date": lambda: rss(item().replace("</item>", f"<pubDate>{'1' * 500_000}</pubDate></item>")),
    "furniture": lambda: rss(item("The post Read more [… " * 100_000)),
    "processing instructions": lambda: b"<?" * 2_000_000 + b"<rss>",
    "declarations": lambda: b"<?xml " + b"encoding=" * 200_000,
    "binary": lambda: random.Random(7).randbytes(500_000),  # noqa: S311 - noise, no secret
    "binary as UTF-16": lambda: b"\xff\xfe" + random.Random(8).randbytes(500_000),  # noqa: S311 - noise, no secret
    "50 MB": lambda: b"<rss>" + b"x" * 50_000_000,
    "odd JSON": lambda: b'{"version":"jsonfeed.org/version/1","items":[{"id":{},"url":[],"tags":"x","authors":{}},5]}',
    "a long number": lambda: b'{"version":"jsonfeed.org/version/1","items":[' + b"1" * 500_000 + b"]}",
    "half a character": lambda: b'{"version":"jsonfeed.org/version/1","items":[{"url":"https://x.example/\\ud800"}]}',
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_document_ends_soon_in_articles_or_a_reason(name):
    data = CORPUS[name]()
    began = time.process_time()
    items = read(data)
    assert time.process_time() - began < MOST_SECONDS
    assert len(items) <= MOST_ENTRIES
    assert all(
        len(found.body_html) < 1_000 and len(found.summary) <= 200 for found in items if isinstance(found, Article)
    )


SEED = rss(
    "<item><title>It &amp;amp; rained</title><link>https://x.example/1</link><guid>1</guid><author>a@x (Ada)</author>"
    "<description>It rained &lt;b&gt;all&lt;/b&gt; day.</description>"
    "<pubDate>Sat, 14 Mar 2026 12:00:00 GMT</pubDate></item>"
)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_articles_or_a_reason(data):
    read(data)


@settings(max_examples=150)
@given(
    st.integers(0, len(SEED)),
    st.integers(0, len(SEED)),
    st.sampled_from([b"", b"&", b"<", b"]]>", b"\x00", b"\xff", b"<item>", b"<!"]),
)
def test_no_damage_to_a_feed_is_more_than_articles_or_a_reason(start, end, instead):
    read(SEED[: min(start, end)] + instead + SEED[max(start, end) :])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "tags",
        "authors",
        "date_published",
        "attachments",
        "language",
    ]
)


@settings(max_examples=100)
@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=8), max_size=3))
def test_no_json_is_more_than_articles_or_a_reason(items):
    read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())
