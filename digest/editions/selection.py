"""Selection: which of the ranked stories find a place, where it is, and what the others lacked.

What an editor moved stands first, in the order of the decisions, and what was pinned finds a place whatever the caps
say. The lead is the story an editor moved there, else the first of our own that has a picture, else our first, else the
first of all; none of these that readers have had, unless there is nothing else. Three follow it; the rest goes to the
sections, and what no section takes to "More headlines" or, from other outlets, to "From around the world". A story
finds no place when its outlet, its section or the edition has all it may have.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from digest.editions.contents import LeftOut, Section, Story
from digest.editions.hand import FRONT, NO_HAND, Hand
from digest.settings import NewsletterSettings

SECOND_RANK = 3
MORE_TITLE = "More headlines"
WORLD_TITLE = "From around the world"


@dataclass(frozen=True, slots=True)
class Selection:
    """The stories in their places, and those that found none, the best first."""

    lead: Story
    second_rank: tuple[Story, ...]
    sections: tuple[Section, ...]
    left_out: tuple[LeftOut, ...]


def titles_of(newsletter: NewsletterSettings) -> tuple[str, ...]:
    """Return the titles of every section that an edition may have, in their order."""
    return (*(rule.title for rule in newsletter.sections), MORE_TITLE, WORLD_TITLE)


def select(ranked: Sequence[Story], newsletter: NewsletterSettings, hand: Hand = NO_HAND) -> Selection:
    """Return the places of the *ranked* stories, the best first, of which there must be one at least."""
    lead = _lead(ranked, hand)
    rest = {story.url: story for story in ranked if story.url != lead.url}
    kept = [rest[url] for url in hand.kept if url in rest]
    page = _Page(newsletter, taken=[lead], waiting=len(kept))
    moved = [story.url for story in kept if page.put(story, hand)]
    others = [story for url, story in rest.items() if url not in moved]
    left_out = [left for story in others if (left := page.take(story, is_kept=hand.on(story.url) is not None))]
    sections = (Section(title, tuple(there)) for title, there in page.sections.items() if there)
    return Selection(lead, tuple(page.second_rank), tuple(sections), tuple(left_out))


@dataclass(slots=True)
class _Page:
    """The page as it fills.

    `taken` are all its stories in the order in which they found their places; so many are `waiting` for theirs who
    are sure of one.
    """

    newsletter: NewsletterSettings
    taken: list[Story]
    waiting: int
    second_rank: list[Story] = field(default_factory=list)
    sections: dict[str, list[Story]] = field(init=False)

    def __post_init__(self) -> None:
        self.sections = {title: [] for title in titles_of(self.newsletter)}

    def put(self, story: Story, hand: Hand) -> bool:
        """Put *story* where an editor moved it, and say whether it was moved to a place that there is."""
        override = hand.on(story.url)
        place = override.place if override else None
        there = self.second_rank if place == FRONT else self.sections.get(place or "")
        if there is None or (place == FRONT and len(there) == SECOND_RANK):
            return False
        self.waiting -= 1
        self.taken.append(story)
        there.append(story)
        return True

    def take(self, story: Story, *, is_kept: bool) -> LeftOut | None:
        """Give *story* its place, or say why there is none for it; one that *is_kept* always finds one."""
        title = self._title_for(story)
        if is_kept:
            self.waiting -= 1
        else:
            for is_full, inside, why in self._caps(story, title):
                if is_full:
                    return LeftOut(story.url, story.headline, why, story.score, _lacked(story, inside[-1]))
        self.taken.append(story)
        if title is None:
            self.second_rank.append(because(story, "among the first after the lead"))
        else:
            reason = f"in {title}: its section is {story.section or 'not named'}"
            self.sections[title].append(because(story, reason))
        return None

    def _title_for(self, story: Story) -> str | None:
        """Return the title of the section that takes *story*, None as long as there is room right under the lead."""
        if len(self.second_rank) < SECOND_RANK:
            return None
        named = next((rule.title for rule in self.newsletter.sections if rule.takes(story.section)), None)
        return named or (MORE_TITLE if story.own else WORLD_TITLE)

    def _caps(self, story: Story, title: str | None) -> Iterable[tuple[bool, Sequence[Story], str]]:
        """Give every cap on *story*: whether it is reached, by which stories, and how that is said."""
        most, per_outlet = self.newsletter.max_stories, self.newsletter.ranking.per_outlet
        yield len(self.taken) + self.waiting >= most, self.taken, f"the edition is full: max_stories is {most}"
        if not story.own:
            of_outlet = [one for one in self.taken if one.source == story.source]
            yield len(of_outlet) >= per_outlet, of_outlet, f"{story.source} has enough: per_outlet is {per_outlet}"
        limits = {rule.title: rule.limit for rule in self.newsletter.sections}
        if title in limits:
            there = self.sections[title]
            yield len(there) >= limits[title], there, f"{title} is full: its limit is {limits[title]}"


def _lead(ranked: Sequence[Story], hand: Hand) -> Story:
    moved = next((story for story in ranked if story.url == hand.lead), None)
    if moved:
        return moved
    wishes: tuple[tuple[str, Callable[[Story], bool]], ...] = (
        ("the first of our own with a picture", lambda story: story.own and story.image is not None),
        ("the first of our own", lambda story: story.own),
        ("the first of all", lambda _story: True),
    )
    # Yesterday's headline is no lead, however much is new under it, unless an editor says so.
    new = [story for story in ranked if not story.updated] or ranked
    return next(because(story, f"lead: {why}") for why, wanted in wishes for story in new if wanted(story))


def _lacked(story: Story, last: Story) -> str:
    """Say how far *story* is from *last*, which found the last place that it might have had."""
    behind = last.score.total - story.score.total
    if behind > 0:
        return f"{behind} {'point' if behind == 1 else 'points'} behind {last.headline!r}"
    return f"the place of {last.headline!r}, which " + ("has as many points" if behind == 0 else "stands all the same")


def because(story: Story, reason: str) -> Story:
    """Return *story* with one more reason for its place, the first to be told."""
    return replace(story, reasons=(reason, *story.reasons))
