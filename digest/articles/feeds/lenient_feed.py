"""Malformed feeds, read as far as they can be: the only importer of feedparser."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser

from digest.articles.canonical_url import joined
from digest.articles.feeds.feed import Entry, Feed
from digest.articles.feeds.told import told, told_images, told_objects
from digest.articles.rejection import RejectedError

# Each of these costs it a second or two.
LARGEST = 1_000_000
MOST_SIGNS = 50_000
_DATES = ("published", "created", "updated")


def lenient_feed(text: str, url: str) -> Feed | None:
    """Return the feed that *text*, found at *url*, was meant to be; None where it was none.

    Raises:
        RejectedError: It is too large, or too much of it is markup, to be read by a slow parser.
    """
    if len(text) > LARGEST or text.count("<") + text.count("&") > MOST_SIGNS:
        raise RejectedError("it is malformed XML, and too large or too tangled to be mended")
    # A stream, for bytes that are the name of a file would be opened.
    parsed = feedparser.parse(
        BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return None
    feed = parsed.get("feed")
    return Feed(
        told(feed, "title"), told(feed, "language"), tuple(_entry(dict(entry), url) for entry in parsed.entries)
    )


def _entry(entry: Mapping[str, Any], url: str) -> Entry:
    contents = told_objects(entry, "content")
    details = [entry.get("summary_detail"), entry.get("title_detail"), *contents]
    base = next((found for detail in details if (found := told(detail, "base"))), url)
    enclosures = [link for link in told_objects(entry, "links") if told(link, "rel") == "enclosure"]
    credit = next((told(credit, "content") for credit in told_objects(entry, "media_credit")), "")
    pictures = [{"credit": credit} | dict(media) for media in told_objects(entry, "media_content")]
    thumbnails = [{"type": "image/jpeg", "credit": credit} | dict(m) for m in told_objects(entry, "media_thumbnail")]
    return Entry(
        title=told(entry, "title"),
        link=joined(told(entry, "link"), base) if told(entry, "link") else "",
        guid=told(entry, "id"),
        summary_html=told(entry, "summary"),
        body_html=max((told(content, "value") for content in contents), key=len, default=""),
        base=base,
        author=told(entry, "author"),
        category=next((told(tag, "term") for tag in told_objects(entry, "tags")), ""),
        language=next((told(detail, "language") for detail in details if told(detail, "language")), ""),
        dates=tuple(text for name in _DATES if (text := told(entry, name))),
        images=tuple(told_images([*pictures, *enclosures, *thumbnails], base)),
    )
