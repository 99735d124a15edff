"""A draft becomes an article: cleaned, filled in, or turned away."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from digest.articles.article import Article, Caption, Image
from digest.articles.canonical_url import canonical_url, joined
from digest.articles.clean_line import clean_line
from digest.articles.defaults import Defaults
from digest.articles.draft import Draft
from digest.articles.language_tag import language_tag
from digest.articles.rejection import RejectedError
from digest.articles.sanitising import sanitise, words_of
from digest.articles.summary import headline_of, summary_of

LONGEST_HEADLINE = 300


def finish(draft: Draft, defaults: Defaults, own_sources: AbstractSet[str]) -> Article:
    """Return *draft* as an article: cleaned, with *defaults* where it is silent.

    It is our own when its source is one of *own_sources* or is the one that *defaults* call so.

    Raises:
        RejectedError: It lacks an address, a source, a publication time or any words, or one of them is unusable.
    """
    url = _url(draft, defaults)
    body_html = sanitise(draft.body_html, base=url)
    source = _source(draft, defaults)
    headline, needs_headline = _headline(draft, defaults, body_html)
    image = draft.image and _clean_image(draft.image, url)
    summary = _line(draft.summary)
    return Article(
        url=url,
        source=source,
        own=source in own_sources or (defaults.own and source == defaults.source),
        headline=headline,
        needs_headline=needs_headline,
        summary=summary or summary_of(words_of(body_html)),
        summary_is_derived=summary is None,
        body_html=body_html,
        published=_published(draft, defaults),
        byline=_line(draft.byline),
        handle=_line(draft.handle and draft.handle.lstrip("@ ")),
        biography=_line(draft.biography),
        section=_line(draft.section),
        language=_language(draft.language),
        not_before=draft.not_before,
        withdrawn=draft.withdrawn,
        image=image,
        caption=None if image or not draft.caption else _clean_caption(draft.caption),
    )


def _url(draft: Draft, defaults: Defaults) -> str:
    if draft.url:
        return canonical_url(draft.url)
    if defaults.url:
        return defaults.url
    raise RejectedError("no address: give --url")


def _source(draft: Draft, defaults: Defaults) -> str:
    source = _line(draft.source) or defaults.source
    if source is None:
        raise RejectedError("no source: give --source with the outlet's name")
    return source


def _published(draft: Draft, defaults: Defaults) -> datetime:
    published = draft.published or defaults.published
    if published is None:
        raise RejectedError("no publication time: give --published with its zone, as 2020-03-13T14:00Z")
    return published


def _headline(draft: Draft, defaults: Defaults, body_html: str) -> tuple[str, bool]:
    """Return the headline, and whether it is only cut from the first sentence."""
    given = _line(draft.headline) or defaults.headline or _line(draft.opening_line)
    if given and len(given) > LONGEST_HEADLINE:
        raise RejectedError(f"headline: it has {len(given):,} characters; {LONGEST_HEADLINE} is the limit")
    if given:
        return given, False
    cut = headline_of(words_of(body_html) or clean_line(draft.summary or ""))
    if not cut:
        raise RejectedError("nothing to read: no headline, summary or body")
    return cut, True


def _language(language: str | None) -> str | None:
    told = _line(language)
    tag = told and language_tag(told)
    if told and not tag:
        raise RejectedError(f"language: {told!r} is no language tag; write it as en or pt-BR")
    return tag


def _clean_image(image: Image, page: str) -> Image:
    # Only what begins with a slash is surely of the web; "pictures/a.jpg" may be a file beside the article's.
    try:
        url = canonical_url(joined(image.url, page if image.url.startswith("/") else ""))
    except RejectedError as error:
        raise RejectedError(f"image.url: {error}") from error
    alt, caption, credit = map(clean_line, (image.alt, image.caption, image.credit))
    return replace(image, url=url, alt=alt, caption=caption, credit=credit)


def _clean_caption(caption: Caption) -> Caption:
    return Caption(text=clean_line(caption.text), credit=clean_line(caption.credit))


def _line(text: str | None) -> str | None:
    return clean_line(text or "") or None
