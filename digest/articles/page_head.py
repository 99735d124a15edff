"""What a web page says about itself: meta tags, links, structured data, headings."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

_NAMING = ("property", "name", "itemprop")


@dataclass(slots=True)
class PageHead:
    """The statements of one page, as written.

    `meta` holds the contents of meta tags by their lower-cased name, in order. `structured` holds every readable
    JSON-LD document. `times` are the values of <time> elements that mark the publication.
    """

    language: str | None = None
    canonical: str | None = None
    title: str = ""
    headings: list[str] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    structured: list[Any] = field(default_factory=list)
    times: list[str] = field(default_factory=list)

    def first(self, *names: str) -> str | None:
        """Return the first content that stands under one of *names*, tried in their order."""
        return next((content for name in names for content in self.meta.get(name, ()) if content.strip()), None)


def head_of_page(tree: Any) -> PageHead:
    """Return what the page *tree* (see `page_tree`) says about itself; silence gives an empty head."""
    head = PageHead()
    for element in tree.iter("html", "meta", "link", "time", "script", "title", "h1"):
        _hear(head, element)
    return head


def _hear(head: PageHead, element: Any) -> None:
    match element.tag:
        case "html":
            head.language = head.language or element.get("lang")
        case "meta" if element.get("content"):
            for name in (element.get(naming) for naming in _NAMING):
                head.meta[(name or "").lower()].append(element.get("content"))
        case "link" if "canonical" in element.get("rel", "").lower().split():
            head.canonical = head.canonical or element.get("href")
        case "time" if element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            head.times.append(element.get("datetime", ""))
        case "script" if "ld+json" in element.get("type", "").lower():
            head.structured += _documents(element.text or "")
        case "title":
            head.title = head.title or "".join(element.itertext())
        case "h1":
            head.headings.append("".join(element.itertext()))


def _documents(text: str) -> list[Any]:
    """Return the JSON-LD document in *text*, or none: a page's broken one says nothing, others still may."""
    stripped = text.strip().removeprefix("//<![CDATA[").removesuffix("//]]>").strip().rstrip(";")
    try:
        return [json.loads(stripped, strict=False)]
    except (ValueError, RecursionError):
        return []
