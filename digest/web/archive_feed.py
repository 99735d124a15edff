"""The archive as an Atom feed (RFC 4287): the newest editions, each with its subject, its standfirst and its page."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from digest.editions.store import ReleasedEdition
from digest.rendering.publication import Publication

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
MOST_ENTRIES = 30
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom_feed(publication: Publication, editions: Iterable[ReleasedEdition]) -> bytes:
    """Return the feed of these *editions*, newest first, which are as many as it is to have."""
    archive = f"{publication.base_url}/archive/{publication.slug}"
    released = list(editions)
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": publication.language})
    _say(feed, "id", archive)
    _say(feed, "title", publication.name)
    if publication.pitch:
        _say(feed, "subtitle", publication.pitch)
    # RFC 4287 wants an instant even of a feed that has no entry yet.
    _say(feed, "updated", released[0].recorded_at.isoformat() if released else "1970-01-01T00:00:00+00:00")
    _say(ET.SubElement(feed, "author"), "name", publication.site_name)
    ET.SubElement(feed, "link", {"rel": "self", "type": MEDIA_TYPE, "href": f"{archive}/feed.xml"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": archive})
    for edition in released:
        address = publication.web_version_url(edition.local_date.isoformat())
        entry = ET.SubElement(feed, "entry")
        _say(entry, "id", address)
        _say(entry, "title", edition.subject)
        _say(entry, "updated", edition.recorded_at.isoformat())
        _say(entry, "published", edition.recorded_at.isoformat())
        _say(entry, "summary", edition.standfirst)
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _say(parent: ET.Element, name: str, words: str) -> None:
    ET.SubElement(parent, name).text = NOT_XML.sub("", words)
