"""What a network that readers share an archived edition on shows of it (OpenGraph, ogp.me)."""

import re
from html import escape

from digest.delivery.publishing import Published
from digest.rendering.publication import Publication

# A story's picture is a link, the masthead's logo is none.
LINKED_PICTURE = re.compile(r"<a\b[^>]*>\s*<img\b[^>]*?\bsrc=\"([^\"]+)\"")
HEAD_GOES_ON = "</title>"


def with_open_graph(html: str, published: Published, publication: Publication) -> str:
    """Return the *html* of an edition with what it is about in its head; its picture is the first story's, or none."""
    day = published.edition.schedule.local_date.isoformat()
    told = {
        "og:type": "article",
        "og:site_name": publication.site_name,
        "og:title": published.artifact.subject,
        "og:description": published.standfirst,
        "og:url": publication.web_version_url(day),
        "article:published_time": published.edition.schedule.send_at.isoformat(),
    }
    lines = [f'<meta property="{name}" content="{escape(value)}">' for name, value in told.items()]
    if found := LINKED_PICTURE.search(html):
        lines.append(f'<meta property="og:image" content="{found[1]}">')  # as it stands in the page, escaped already
    return html.replace(HEAD_GOES_ON, "\n".join((HEAD_GOES_ON, *lines)), 1)
