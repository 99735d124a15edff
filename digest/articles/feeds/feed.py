"""What a feed says, in whichever format it said it."""

from dataclasses import dataclass

from digest.articles.article import Image


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as written; empty where it is silent.

    `title`, `summary_html` and `body_html` may hold markup, none of it sanitised. `link` and the addresses of
    `images` are absolute where the feed gave a base; `dates` are texts, the best first: when it was published,
    then when it was changed. `images` are told by the feed, the body's own come on top.
    """

    title: str = ""
    link: str = ""
    guid: str = ""
    summary_html: str = ""
    body_html: str = ""
    base: str = ""
    author: str = ""
    category: str = ""
    language: str = ""
    dates: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its own name and language, and its entries in its order."""

    title: str
    language: str
    entries: tuple[Entry, ...]
