"""A feed's bytes to its entries, whichever format it has."""

import re

from digest.articles.feeds.document_type import without_document_type
from digest.articles.feeds.fast_feed import fast_feed
from digest.articles.feeds.feed import Feed
from digest.articles.feeds.feed_text import feed_text
from digest.articles.feeds.feed_tree import FeedTree
from digest.articles.feeds.json_feed import json_feed
from digest.articles.feeds.lenient_feed import lenient_feed
from digest.articles.feeds.tags import refuse_endless_tags
from digest.articles.rejection import RejectedError

_PAGE = re.compile(r"(?:\s|<!--.*?-->)*<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|rdf|feed|channel|entry)\b", re.IGNORECASE)


def parse_feed(data: bytes, url: str, charset: str | None = None) -> Feed:
    """Return the feed in *data*, found at *url*; its server said that its encoding is *charset*.

    A well-formed one is read by a fast parser and a malformed one by a lenient one, as far as it can be.

    Raises:
        RejectedError: It is no feed, or one that no parser should see; the message is a clause such as "it is empty".
    """
    text = feed_text(data, charset)
    if text.startswith(("{", "[")):
        return json_feed(text, url)
    if _PAGE.match(text):
        raise RejectedError("it is a web page and no feed")
    text = without_document_type(text)
    refuse_endless_tags(text)
    tree = FeedTree.of(text, url)
    if tree and not tree.kind and tree.root_name != "entry":
        raise RejectedError(f"it is XML but no feed: it begins with <{tree.root_name[:40]}>")
    if not tree and not _FEED.search(text):
        raise RejectedError("it is no feed: neither RSS, RDF, Atom nor JSON Feed")
    feed = (fast_feed(text, tree) if tree and tree.kind else None) or lenient_feed(text, url)
    if feed is None or (tree is None and not feed.entries):
        raise RejectedError("it is no feed that can be read: malformed, and without an entry")
    return feed
