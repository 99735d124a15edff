"""What is different from the edition before: its subject, its stories, and the lines of its text."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digest.editions.contents import PlacedStory

CONTEXT_LINES = 1


@dataclass(frozen=True, slots=True)
class Side:
    """One of two editions, as they are compared."""

    day: date
    subject: str
    stories: Sequence[PlacedStory]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What *new* has that *old* had not, and the other way round.

    `lines` are those of a unified diff of the text parts, each led by "+", "-", a space or "@".
    """

    old: Side
    new: Side
    came: tuple[str, ...]
    stayed: tuple[str, ...]
    went: tuple[str, ...]
    lines: tuple[str, ...]


def difference(old: Side, new: Side) -> Difference:
    """Return what differs between two editions; a story is known by its address."""
    before, now = ({story.url for story in side.stories} for side in (old, new))
    told = difflib.unified_diff(old.text.splitlines(), new.text.splitlines(), n=CONTEXT_LINES, lineterm="")
    return Difference(
        old,
        new,
        came=tuple(story.headline for story in new.stories if story.url not in before),
        stayed=tuple(story.headline for story in new.stories if story.url in before),
        went=tuple(story.headline for story in old.stories if story.url not in now),
        lines=tuple(told)[2:],  # the first two name files
    )
