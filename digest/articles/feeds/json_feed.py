"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read (T16)."""

from collections.abc import Mapping
from typing import Any

from digest.articles.article import Image
from digest.articles.canonical_url import joined
from digest.articles.feeds.feed import Entry, Feed
from digest.articles.feeds.told import told, told_images, told_objects
from digest.articles.file_text import decode_json
from digest.articles.paragraphs import text_html
from digest.articles.rejection import RejectedError

_VERSION = "jsonfeed.org/version/"


def json_feed(text: str, url: str) -> Feed:
    """Return the JSON Feed in *text*, found at *url*.

    Raises:
        RejectedError: It is no JSON, or no feed.
    """
    parsed = decode_json(text.encode())
    if not isinstance(parsed, Mapping) or _VERSION not in told(parsed, "version"):
        raise RejectedError('it is JSON but no feed: its "version" does not name jsonfeed.org')
    base = joined(told(parsed, "home_page_url") or url, url)
    entries = tuple(_entry(item, base, parsed) for item in told_objects(parsed, "items"))
    return Feed(told(parsed, "title"), told(parsed, "language"), entries)


def _entry(item: Mapping[str, Any], base: str, feed: Mapping[str, Any]) -> Entry:
    link = told(item, "url", "external_url")
    authors = [told(author, "name") for author in _authors(item) or _authors(feed)]
    images = [Image(joined(address, base)) for address in (told(item, "image"), told(item, "banner_image")) if address]
    attachments = [
        {**attachment, "type": told(attachment, "mime_type")} for attachment in told_objects(item, "attachments")
    ]
    tags = item.get("tags")
    return Entry(
        title=told(item, "title"),
        link=joined(link, base) if link else "",
        guid=str(item.get("id") or ""),
        summary_html=text_html(told(item, "summary")),
        body_html=told(item, "content_html") or text_html(told(item, "content_text")),
        base=base,
        author=", ".join(filter(None, authors)),
        category=next((tag for tag in tags if isinstance(tag, str)), "") if isinstance(tags, list) else "",
        language=told(item, "language"),
        dates=tuple(text for name in ("date_published", "date_modified") if (text := told(item, name))),
        images=(*images, *told_images(attachments, base)),
    )


def _authors(of: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the authors that an item or a feed names, as 1.1 writes them or as 1.0 did."""
    lone = of.get("author")
    return told_objects(of, "authors") or ([lone] if isinstance(lone, Mapping) else [])
