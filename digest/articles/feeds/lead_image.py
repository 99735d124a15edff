"""The picture of a feed's entry: the one it is told with, or the first in its body."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from digest.articles.article import Image
from digest.articles.canonical_url import canonical_url, joined
from digest.articles.feeds.told import told_pixels
from digest.articles.rejection import RejectedError

# Smaller ones are buttons, faces and counters of readers.
_SMALLEST = 100
_NOT_A_PICTURE = re.compile(
    r"doubleclick|feedburner|feedsportal|gravatar|scorecardresearch|/pixel|pixel\.|1x1|spacer|emoji|smil(?:ey|ies)"
    r"|/avatars?/|counter|beacon|tracking|\.svg(?:\?|$)",
    re.IGNORECASE,
)
_WIDEST_NEEDED = 1_300
_MOST_READ = 50_000
_LONGEST_WORDS = 1_000


def lead_image(told: tuple[Image, ...], body_html: str, base: str) -> Image | None:
    """Return the best of the pictures *told* by the feed, else the first in *body_html*, relative to *base*.

    Best is the widest up to what a mail can show twice over; one without a size comes after those with one. Its
    address is canonical; counters and buttons are no pictures.
    """
    usable = [image for image in map(_usable, told) if image]
    best = max(usable, key=_worth, default=None)
    if best:
        alt = best.alt or next((image.alt for image in usable if image.alt), "")
        credit = best.credit or next((image.credit for image in usable if image.credit), "")
        return replace(best, alt=alt, credit=credit)
    finder = _Pictures(base)
    finder.feed(body_html[:_MOST_READ])
    return next((image for image in map(_usable, finder.found) if image), None)


def _worth(image: Image) -> tuple[bool, int]:
    width = image.width or 0
    return (0 < width <= _WIDEST_NEEDED, width if width <= _WIDEST_NEEDED else -width)


def _usable(image: Image) -> Image | None:
    sizes = [size for size in (image.width, image.height) if size is not None]
    if any(size < _SMALLEST for size in sizes) or _NOT_A_PICTURE.search(image.url):
        return None
    try:
        url = canonical_url(image.url)
    except RejectedError:
        return None
    return replace(image, url=url, alt=_plain(image.alt), credit=_plain(image.credit))


def _plain(text: str) -> str:
    return re.sub(r"<[^<>]*>", " ", text)[:_LONGEST_WORDS]


class _Pictures(HTMLParser):
    """Gathers the pictures of a body, in their order."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self.found: list[Image] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "img" and (source := told.get("src")):
            width, height = told_pixels(told.get("width")), told_pixels(told.get("height"))
            self.found.append(Image(joined(source, self._base), told.get("alt") or "", width, height))
