"""What the parsers of others hand on, read without trust: any value may be missing or of another kind."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from digest.articles.article import MOST_PIXELS, Image
from digest.articles.canonical_url import joined

_PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


def told(mapping: Any, *names: str) -> str:
    """Return the first text under one of *names*, stripped; "" where there is none."""
    values = (mapping.get(name) for name in names) if isinstance(mapping, Mapping) else ()
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def told_objects(mapping: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list under *name*."""
    values = mapping.get(name) if isinstance(mapping, Mapping) else None
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def told_pixels(value: Any) -> int | None:
    """Return the size in px that *value* is, such as 640 or "640"; None where it is none."""
    text = str(value).strip() if isinstance(value, int | str) else ""
    size = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PIXELS)) else 0
    return size if 0 < size <= MOST_PIXELS else None


def told_image(media: Mapping[str, Any], base: str) -> Image | None:
    """Return the picture that *media* (an enclosure, media:content or media:thumbnail) is, or None."""
    url, kind = told(media, "url", "href"), told(media, "type").lower()
    is_picture = told(media, "medium") == "image" or kind.startswith("image/")
    if not url or not (is_picture or (not kind and url.partition("?")[0].lower().endswith(_PICTURE_ENDINGS))):
        return None
    return Image(
        url=joined(url, base),
        alt=told(media, "title", "description", "text"),
        width=told_pixels(media.get("width")),
        height=told_pixels(media.get("height")),
        credit=told(media, "credit"),
    )


def told_images(medias: Iterable[Mapping[str, Any]], base: str) -> Iterator[Image]:
    """Give the pictures among *medias*."""
    yield from (image for media in medias if (image := told_image(media, base)))
