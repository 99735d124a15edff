"""What a file tells of an article, before what it lacks is filled in."""

from dataclasses import dataclass
from datetime import datetime

from digest.articles.article import Caption, Image


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as far as one file tells it; None where it is silent.

    `url` is as written, `body_html` not yet sanitised, `published` and `not_before` aware. `opening_line` is a short
    first line that reads as a headline, used when neither the file nor the caller names one.
    """

    url: str | None = None
    source: str | None = None
    headline: str | None = None
    opening_line: str | None = None
    summary: str | None = None
    body_html: str = ""
    byline: str | None = None
    handle: str | None = None
    biography: str | None = None
    section: str | None = None
    language: str | None = None
    published: datetime | None = None
    not_before: datetime | None = None
    withdrawn: bool | None = None
    image: Image | None = None
    caption: Caption | None = None
