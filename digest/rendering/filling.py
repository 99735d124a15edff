"""A template and the names it may use become words."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote

from jinja2 import Template, TemplateError
from markupsafe import Markup

from digest.editions.contents import Contents
from digest.errors import BadInputError
from digest.rendering import slots
from digest.rendering.language import direction, written_date
from digest.rendering.publication import Publication
from digest.settings.theme import ThemeSettings


@dataclass(frozen=True, slots=True)
class Offer:
    """Every name that a template may use.

    `direction` is "ltr" or "rtl".
    `address`, `unsubscribe_url` and `preferences_url` are sentinels: they differ from reader to reader.
    """

    subject: str
    contents: Contents
    publication: Publication
    date: str
    language: str
    direction: str
    style_blocks: Markup
    theme: ThemeSettings
    web_version_url: str
    sign_up_url: str
    contact_url: str
    address: str = slots.ADDRESS
    unsubscribe_url: str = slots.UNSUBSCRIBE_URL
    preferences_url: str = slots.PREFERENCES_URL


OFFERED = frozenset(field.name for field in fields(Offer))


def offer(contents: Contents, publication: Publication, style_blocks: Markup) -> Offer:
    """Return what a template may say of *contents* and *publication*."""
    return Offer(
        subject=contents.subject,
        contents=contents,
        publication=publication,
        date=written_date(contents.local_date, publication.language),
        language=publication.language,
        direction=direction(publication.language),
        style_blocks=style_blocks,
        theme=publication.theme,
        web_version_url=publication.web_version_url(contents.local_date.isoformat()),
        sign_up_url=f"{publication.base_url}/",
        contact_url=f"mailto:{quote(publication.contact, safe='@')}",
    )


def filled(template: Template, offered: Offer) -> str:
    """Return *template* with the words of *offered*.

    Raises:
        BadInputError: the template asks for what is not there; the message names its file and line.
    """
    try:
        return template.render(_names(offered))
    except Exception as error:  # a look is foreign code and may raise anything
        raise BadInputError(f"{_place(error, template)}: {said_of(error)}") from error


def said_of(error: Exception) -> str:
    """Return what *error* says; Python's own say too little without their names."""
    return str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"


def _names(offered: Offer) -> Mapping[str, Any]:
    return {name: getattr(offered, name) for name in OFFERED}


def _place(error: Exception, template: Template) -> str:
    """Return the file and line that *error* comes from: the innermost frame that is no Python."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.endswith(".py"):
            return f"{frame.filename}, line {frame.lineno}"
    return str(template.filename)
