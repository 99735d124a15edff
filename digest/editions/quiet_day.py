"""A quiet day: what a short edition and a note look like, for sections of one story each are no front page."""

from dataclasses import replace

from digest.editions.contents import Contents, Section, Story
from digest.editions.length import Length


def quieted(contents: Contents, length: Length) -> Contents:
    """Return *contents* at this *length*; no story is lost.

    A short edition has one run of stories under the first ones, without sections. A note has the lead and one run,
    without pictures.
    """
    if length is Length.FULL:
        return contents
    if length is Length.SHORT:
        rest = tuple(story for section in contents.sections for story in section.stories)
        return replace(contents, length=length, sections=_one_run(rest))
    _, *others = (replace(story, image=None) for story in contents.stories)
    lead = replace(contents.lead, image=None)
    return replace(contents, length=length, lead=lead, second_rank=(), sections=_one_run(tuple(others)))


def _one_run(stories: tuple[Story, ...]) -> tuple[Section, ...]:
    return (Section("", stories),) if stories else ()
