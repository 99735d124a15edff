"""Contents made fit to print: one line per text, links that work, pictures that may be shown."""

import unicodedata
from dataclasses import replace

from digest.articles.article import Image
from digest.editions.contents import Contents, Section, Story
from digest.errors import BadInputError
from digest.rendering.links import web_address
from digest.rendering.publication import Publication

# Cc: controls, which no XML parser takes; Cs: lone surrogates, which have no UTF-8.
UNPRINTABLE = {"Cc", "Cs"}


def presentable(contents: Contents, publication: Publication) -> Contents:
    """Return *contents* with clean texts, ASCII links and only pictures that a mail may show.

    Raises:
        BadInputError: a story's link is not an http or https address.
    """
    return replace(
        contents,
        subject=one_line(contents.subject),
        standfirst=one_line(contents.standfirst),
        lead=_story(contents.lead, publication),
        second_rank=_stories(contents.second_rank, publication),
        sections=tuple(
            Section(one_line(section.title), _stories(section.stories, publication)) for section in contents.sections
        ),
    )


def one_line(text: str) -> str:
    """Return *text* on one line: white space collapsed, what can't be printed left out."""
    spaced = " ".join(text.split())
    return "".join(character for character in spaced if unicodedata.category(character) not in UNPRINTABLE)


def _stories(stories: tuple[Story, ...], publication: Publication) -> tuple[Story, ...]:
    return tuple(_story(story, publication) for story in stories)


def _story(story: Story, publication: Publication) -> Story:
    return replace(
        story,
        url=_link(story),
        headline=one_line(story.headline),
        summary=one_line(story.summary),
        source=one_line(story.source),
        section=one_line(story.section),
        byline=one_line(story.byline or "") or None,
        image=_image(story.image, publication) if story.image else None,
    )


def _link(story: Story) -> str:
    try:
        return web_address(story.url)
    except ValueError as error:
        raise BadInputError(f"Story {story.headline!r}: {error}; correct the article's url") from error


def _image(image: Image, publication: Publication) -> Image | None:
    """Return the picture, or None where a mail can't show it (M13: https, or http on a loopback trial)."""
    try:
        url = web_address(image.url or "")
    except ValueError:
        return None
    if url.lower().startswith("http:") and not publication.base_url.startswith("http:"):
        return None
    return replace(
        image, url=url, alt=one_line(image.alt), caption=one_line(image.caption), credit=one_line(image.credit)
    )
