"""The named fields of an article, as JSON and front matter give them."""

# Lists of names read best as text.
# ruff: noqa: SIM905

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from digest.articles.article import MOST_PIXELS, Caption, Image
from digest.articles.draft import Draft
from digest.articles.paragraphs import text_html
from digest.articles.published import plausible_instant, published_instant
from digest.articles.rejection import RejectedError

_TEXTS = frozenset("url source headline summary body_html body byline section language handle biography".split())
_FIELDS = _TEXTS | {"published", "not_before", "withdrawn", "image"}
_IMAGE_TEXTS = frozenset("url alt caption credit".split())
_IMAGE_NUMBERS = frozenset({"width", "height"})
_KNOWN_ELSEWHERE_AS = {"title": "headline", "date": "published", "author": "byline", "link": "url", "lang": "language"}


def draft_of_fields(fields: Any) -> Draft:
    """Return the draft that *fields* tell; null and an empty text are silence.

    `body` is plain text, its paragraphs one blank line apart; `body_html` outranks it.

    Raises:
        RejectedError: *fields* is no object, a field is unknown or of the wrong type, or `published` or `not_before` is
            no time with a zone.
    """
    if not isinstance(fields, Mapping):
        raise RejectedError('expected an object with the fields of an article, such as {"url": …, "headline": …}')
    _refuse_unknown(fields, _FIELDS, "")
    texts = {name: _text(fields.get(name), name) for name in _TEXTS}
    body, body_html = texts.pop("body"), texts.pop("body_html")
    image, caption = _image(fields.get("image"))
    return Draft(
        **texts,
        body_html=body_html or text_html(body or ""),
        published=_instant(fields.get("published"), "published"),
        not_before=_instant(fields.get("not_before"), "not_before"),
        withdrawn=_flag(fields.get("withdrawn"), "withdrawn"),
        image=image,
        caption=caption,
    )


def _refuse_unknown(fields: Mapping[Any, Any], known: frozenset[str], prefix: str) -> None:
    for name in fields:
        if name not in known:
            near = next(iter(get_close_matches(str(name), [*sorted(known), *_KNOWN_ELSEWHERE_AS], 1)), "")
            near = _KNOWN_ELSEWHERE_AS.get(near, near)
            hint = f"did you mean {prefix}{near}?" if near in known else f"known are {', '.join(sorted(known))}"
            raise RejectedError(f"{prefix}{name}: unknown field; {hint}")


def _text(value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise RejectedError(f"{name}: expected a text, got {_kind(value)}")


def _flag(value: Any, name: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise RejectedError(f"{name}: expected true or false, got {_kind(value)}")


def _instant(value: Any, name: str) -> datetime | None:
    try:
        # YAML reads an unquoted time by itself, and a day as a date.
        if isinstance(value, datetime) and value.tzinfo:
            return plausible_instant(value)
        text = value.isoformat() if isinstance(value, date) else _text(value, name)
        return published_instant(text) if text else None
    except RejectedError as error:
        raise RejectedError(f"{name}: {error}") from error


def _image(value: Any) -> tuple[Image | None, Caption | None]:
    if value is None:
        return None, None
    if not isinstance(value, Mapping):
        raise RejectedError(f"image: expected an object with url, alt, width, height, got {_kind(value)}")
    _refuse_unknown(value, _IMAGE_TEXTS | _IMAGE_NUMBERS, "image.")
    texts = {name: _text(value.get(name), f"image.{name}") or "" for name in _IMAGE_TEXTS}
    width, height = (_pixels(value.get(name), f"image.{name}") for name in ("width", "height"))
    if texts["url"]:
        image = Image(texts["url"], texts["alt"], width, height, caption=texts["caption"], credit=texts["credit"])
        return image, None
    if texts["caption"]:
        return None, Caption(texts["caption"], texts["credit"])
    raise RejectedError("image.url: missing; an image needs its address")


def _pixels(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise RejectedError(f"{name}: expected a whole number of pixels, got {_kind(value)}")
    if not 0 < value <= MOST_PIXELS:
        raise RejectedError(f"{name}: {value} is no size; expected 1 to {MOST_PIXELS:,} pixels")
    return value


def _kind(value: Any) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
        str: "a text",
    }
    return kinds.get(type(value), f"a {type(value).__name__}")
