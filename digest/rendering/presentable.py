"""Contents made fit to print: one line per text, none without end, and only pictures that may be shown."""

from dataclasses import replace

from digest.articles.article import Image
from digest.articles.clean_line import clean_line
from digest.articles.summary import cut_at_word, excerpt
from digest.editions.contents import Contents, Section, Sponsor, Story
from digest.rendering.publication import Publication
from digest.web_address import Link, objection

# In characters. A story that says more must not push the whole edition past where Gmail clips (law 10, M01).
LONGEST_SUMMARY = 1_000
LONGEST_LINE = 300


def presentable(contents: Contents, publication: Publication) -> Contents:
    """Return *contents* with clean texts of bearable length, only pictures that a mail may show, no empty section."""
    return replace(
        contents,
        subject=clean_line(contents.subject),
        standfirst=clean_line(contents.standfirst),
        note="\n".join(filter(None, map(clean_line, contents.note.splitlines()))),
        corrections=tuple(filter(None, map(_summary, contents.corrections))),
        sponsor=_sponsor(contents.sponsor) if contents.sponsor else None,
        lead=_story(contents.lead, publication),
        second_rank=_stories(contents.second_rank, publication),
        sections=tuple(
            Section(_line(section.title), _stories(section.stories, publication))
            for section in contents.sections
            if section.stories
        ),
    )


def _stories(stories: tuple[Story, ...], publication: Publication) -> tuple[Story, ...]:
    return tuple(_story(story, publication) for story in stories)


def _story(story: Story, publication: Publication) -> Story:
    return replace(
        story,
        headline=_line(story.headline),
        summary=_summary(story.summary),
        source=_line(story.source),
        section=_line(story.section),
        byline=_line(story.byline or "") or None,
        also_in=tuple(map(_line, story.also_in)),
        image=_image(story.image, publication) if story.image else None,
    )


def _sponsor(sponsor: Sponsor) -> Sponsor:
    return replace(sponsor, name=_line(sponsor.name), text=_summary(sponsor.text))


def _summary(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= LONGEST_SUMMARY else excerpt(line, LONGEST_SUMMARY)


def _line(text: str) -> str:
    return cut_at_word(clean_line(text), LONGEST_LINE)


def _image(image: Image, publication: Publication) -> Image | None:
    """Return the picture, or None where a mail can't show it (M13, M23: https, or http on a loopback trial)."""
    home = Link.parse(publication.base_url)
    if objection(image.url, relaxed=home is not None and home.is_loopback):
        return None
    return replace(image, alt=_line(image.alt), caption=_summary(image.caption), credit=_line(image.credit))
