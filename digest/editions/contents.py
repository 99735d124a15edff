"""What an edition says: pure data, composed once, rendered once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from digest.articles.article import Image
from digest.editions.length import Length
from digest.editions.score import UNSCORED, Score

# Under it stand the sentinels that become each reader's own links and address (digest.rendering.slots). A story
# that held one would be handed them, so none may.
RESERVED_DOMAIN = "slot.invalid"
RUNNERS_UP = 5
# What the places above the sections are called wherever an edition is told of.
LEAD_PLACE, FRONT_PLACE = "lead", "second rank"


@dataclass(frozen=True, slots=True)
class Story:
    """An article's place in an edition.

    `url` is the article's canonical URL. `source` is the outlet's name and `own` says whether it is our
    newsroom's. `published` is in UTC. `image` is None unless its source's terms allow pictures.
    `also_in` names the other outlets that tell the same event. `reasons` say in plain words why the story stands
    where it does, and `score` in points. `updated` says that readers had it before, and that `summary` begins with
    what is new; `told` is what its article says now, for a later change to be held against.
    """

    url: str
    headline: str
    summary: str
    source: str
    own: bool
    section: str
    published: datetime
    byline: str | None = None
    image: Image | None = None
    needs_headline: bool = False
    also_in: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    score: Score = UNSCORED
    updated: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of stories, in the order a reader meets them."""

    title: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class PlacedStory:
    """Where a story stands in an edition, and why. `updated` and `told` are as in `Story`; `told` may not be known."""

    section: str
    headline: str
    url: str
    source: str
    needs_headline: bool
    reasons: tuple[str, ...]
    score: Score = UNSCORED
    updated: bool = False
    told: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A story of the window that found no place, and why.

    One that was ranked has its `score`, and `lacked` says what it would have needed.
    """

    url: str
    headline: str
    why: str
    score: Score = UNSCORED
    lacked: str = ""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who pays for the edition of a day: what they say, and where they are."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole edition as data.

    `newsletter` is the slug; `lead` is the first story and stands in no section; `second_rank` are the stories
    right under it, at most three. `sections` hold the rest, none of them empty. `left_out` is not rendered:
    it is for the editor. `more` is how many stories the mail had no room for. `note` is an editor's word to readers,
    "" for none; each line of it is a paragraph. `corrections` put right what earlier editions said. `length` is what
    the mail says of a day with little news. `sponsor` is None on most days.
    """

    newsletter: str
    local_date: date
    subject: str
    standfirst: str
    lead: Story
    second_rank: tuple[Story, ...]
    sections: tuple[Section, ...]
    left_out: tuple[LeftOut, ...] = ()
    more: int = 0
    note: str = ""
    length: Length = Length.FULL
    corrections: tuple[str, ...] = ()
    sponsor: Sponsor | None = None

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story, in reading order."""
        return (self.lead, *self.second_rank, *(story for section in self.sections for story in section.stories))

    def placed(self) -> tuple[PlacedStory, ...]:
        """Return every story with the place it has, in reading order."""
        places = [(LEAD_PLACE, self.lead), *((FRONT_PLACE, story) for story in self.second_rank)]
        places += [(section.title, story) for section in self.sections for story in section.stories]
        return tuple(
            PlacedStory(
                section=place,
                headline=story.headline,
                url=story.url,
                source=story.source,
                needs_headline=story.needs_headline,
                reasons=story.reasons,
                score=story.score,
                updated=story.updated,
                told=story.told,
            )
            for place, story in places
        )


def runners_up(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Return the first five of the ranked stories that found no place, the best first."""
    ranked = (left for left in left_out if left.score.parts)
    return tuple(sorted(ranked, key=lambda left: -left.score.total)[:RUNNERS_UP])
