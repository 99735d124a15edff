"""What an edition gives up, and in which order, when its mail is too heavy for Gmail (M01)."""

from collections.abc import Iterator
from dataclasses import replace

from digest.editions.contents import Contents, LeftOut, Section, Story

NO_ROOM = "the mail has no room for it: Gmail clips what is longer"
FEWEST_STORIES = 1


def ever_lighter(contents: Contents) -> Iterator[tuple[Contents, str]]:
    """Yield *contents* lighter and lighter, each with what it has given up so far, in words.

    The order is fixed: first the thumbnails beside the second rank, then the summaries section by section from the
    last, then whole stories from the end; the mail says how many more are on the site. The lead stays.
    """
    given_up: list[str] = []
    thumbnails = sum(story.image is not None for story in contents.second_rank)
    if thumbnails:
        bare = tuple(replace(story, image=None) for story in contents.second_rank)
        contents = replace(contents, second_rank=bare)
        given_up.append(f"{thumbnails} {_plural('thumbnail', thumbnails)}")
        yield contents, ", ".join(given_up)
    for place in reversed(range(len(contents.sections))):
        section = contents.sections[place]
        if any(story.summary for story in section.stories):
            contents = _with_section(contents, place, tuple(replace(story, summary="") for story in section.stories))
            given_up.append(f"the summaries of {section.title or 'an untitled section'}")
            yield contents, ", ".join(given_up)
    for fewer in _ever_fewer(contents):
        yield fewer, ", ".join([*given_up, f"{fewer.more} {_plural('story', fewer.more)} at the end"])


def _ever_fewer(contents: Contents) -> Iterator[Contents]:
    while len(contents.stories) > FEWEST_STORIES:
        contents = _without_the_last(contents)
        yield contents


def _without_the_last(contents: Contents) -> Contents:
    last = contents.stories[-1]
    left_out = (*contents.left_out, LeftOut(last.url, last.headline, NO_ROOM, last.score, "room in the mail"))
    fewer = replace(contents, more=contents.more + 1, left_out=left_out)
    if not contents.sections:
        return replace(fewer, second_rank=contents.second_rank[:-1])
    return _with_section(fewer, len(contents.sections) - 1, contents.sections[-1].stories[:-1])


def _with_section(contents: Contents, place: int, stories: tuple[Story, ...]) -> Contents:
    there = (replace(contents.sections[place], stories=stories),) if stories else ()
    sections: tuple[Section, ...] = (*contents.sections[:place], *there, *contents.sections[place + 1 :])
    return replace(contents, sections=sections)


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else {"story": "stories"}.get(noun, f"{noun}s")
