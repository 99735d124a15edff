"""Well-formed RSS, RDF and Atom: the only importer of fastfeedparser.

Its dates are not used: what it can't read itself it lets a library guess at, which fills gaps from today's date.
"""

from collections.abc import Mapping
from typing import Any

import fastfeedparser

from digest.articles.canonical_url import joined
from digest.articles.feeds.feed import Entry, Feed
from digest.articles.feeds.feed_tree import FeedTree, Leaf
from digest.articles.feeds.told import told, told_images, told_objects


def fast_feed(text: str, tree: FeedTree) -> Feed | None:
    """Return the feed in *text*, whose elements *tree* holds; None where the parser can't read it whole."""
    try:
        # Bytes, for a text that begins like an address would be fetched.
        parsed = fastfeedparser.parse(text.encode())
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):  # an odd document, such as a lone entry
        return None
    entries, leaves = told_objects(parsed, "entries"), tree.leaves()
    if len(entries) != len(leaves):
        return None
    feed = parsed.get("feed")
    return Feed(
        title=told(feed, "title"),
        language=told(feed, "language"),
        entries=tuple(_entry(entry, leaf) for entry, leaf in zip(entries, leaves, strict=True)),
    )


def _entry(entry: Mapping[str, Any], leaf: Leaf) -> Entry:
    contents = told_objects(entry, "content")
    link = told(entry, "link") or next(
        (told(link, "href") for link in told_objects(entry, "links") if told(link, "rel") in {"", "alternate"}), ""
    )
    pictures = [*told_objects(entry, "media_content"), *told_objects(entry, "enclosures")]
    thumbnails = [
        {"url": told(media, "thumbnail_url"), "type": "image/jpeg", "credit": told(media, "credit")}
        for media in pictures
    ]
    return Entry(
        title=told(entry, "title"),
        link=joined(link, leaf.base) if link else "",
        guid=told(entry, "id"),
        summary_html=told(entry, "description"),
        body_html=max((told(content, "value") for content in contents), key=len, default=""),
        base=leaf.base,
        author=told(entry, "author"),
        category=next((told(tag, "term") for tag in told_objects(entry, "tags")), ""),
        language=next((told(content, "language") for content in contents), ""),
        dates=leaf.dates,
        images=(*told_images(pictures, leaf.base), *told_images(thumbnails, leaf.base)),
    )
