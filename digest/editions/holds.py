"""Holds: why an edition that could go out had better wait until a person has looked at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.editions.contents import PlacedStory
from digest.editions.mailed import Mailed
from digest.editions.words import wording


@dataclass(frozen=True, slots=True)
class Supply:
    """What an edition is held against: the newest article there is, and what the previous edition told.

    `newest` is when it was published (UTC), None when there is no article.
    """

    newest: datetime | None
    yesterday: tuple[Mailed, ...]


def hold_of(
    stories: Sequence[PlacedStory], supply: Supply, cutoff: datetime, hours: float | None, share: float
) -> str | None:
    """Return why the edition of *stories*, which closed at *cutoff* (UTC), is to be held, in words; None if it is not.

    *hours* is how old the newest article may be at the cut-off, None however old; *share* the share of the stories, 0
    to 1, that readers may have had in the previous edition.
    """
    return _staleness(supply.newest, cutoff, hours) or _sameness(stories, supply.yesterday, share)


def _staleness(newest: datetime | None, cutoff: datetime, hours: float | None) -> str | None:
    if hours is None or (newest and cutoff - newest <= timedelta(hours=hours)):
        return None
    dated = f"the newest article is of {newest:%Y-%m-%d %H:%M} UTC" if newest else "there is no article"
    return f"{dated}, and stale_after_hours is {hours:g}: do the sources still come in? See 'digest sources'"


def _sameness(stories: Sequence[PlacedStory], yesterday: Collection[Mailed], share: float) -> str | None:
    urls = {story.url for story in yesterday}
    lines = {(story.source, wording(story.headline)) for story in yesterday}
    same = sum(story.url in urls or (story.source, wording(story.headline)) in lines for story in stories)
    if same <= share * len(stories):
        return None
    return f"{same} of {len(stories)} stories were in the previous edition, and repeat_share is {share:g}"
