"""What an article is, before and after it is stored."""

from dataclasses import dataclass
from datetime import datetime

# No picture is larger on a side; a larger number is a slip, and would not fit the databases.
MOST_PIXELS = 100_000


@dataclass(frozen=True, slots=True)
class Image:
    """A story's picture; width and height in px, 1 to `MOST_PIXELS`, None where the page did not tell."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """The words under a picture that did not come along with the text, and whose picture it was."""

    text: str
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One story as an outlet published it.

    `url` is canonical and is the identity. `headline`, `summary` and `biography` are plain text;
    `body_html` is sanitised HTML. `published` is the first-published instant, in UTC.
    `needs_headline` marks a headline that was cut from the first sentence, for an editor to replace,
    `summary_is_derived` a summary that was made from the body.
    `handle` is the author's name on a social network, without the @. `caption` is set only where there is no
    `image`, which carries its own. `position` is its place in its feed, from 1, when that was last read; None for one
    that came from a file. `flagged` says what an editor should know of it, such as a date that could not be true.
    `not_before`, in UTC, is the end of its embargo: no edition that closes earlier holds it. `withdrawn` says that its
    outlet took it back; None where nobody said either way.
    """

    url: str
    source: str
    own: bool
    headline: str
    summary: str
    body_html: str
    published: datetime
    needs_headline: bool = False
    summary_is_derived: bool = False
    byline: str | None = None
    handle: str | None = None
    biography: str | None = None
    section: str | None = None
    language: str | None = None
    image: Image | None = None
    caption: Caption | None = None
    position: int | None = None
    flagged: str | None = None
    not_before: datetime | None = None
    withdrawn: bool | None = None
