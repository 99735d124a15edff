"""How long an edition is: full, short, a mere note, or none at all, by how many stories there are."""

from enum import StrEnum

from digest.settings import NewsletterSettings


class Length(StrEnum):
    """The lengths of an edition, the longest first. With fewer stories than a note needs there is none."""

    FULL = "full"
    SHORT = "short"
    NOTE = "note"


def length_of(stories: int, newsletter: NewsletterSettings) -> Length | None:
    """Return how long an edition of so many *stories* is, None where there is to be none."""
    needed = {
        Length.FULL: newsletter.fewest_for_full,
        Length.SHORT: newsletter.fewest_for_short,
        Length.NOTE: newsletter.min_stories,
    }
    return next((length for length, fewest in needed.items() if stories >= fewest), None)


def brevity_of(stories: int, newsletter: NewsletterSettings) -> str | None:
    """Return why an edition of so many *stories* is not full, in words; None when it is, or when there is none."""
    length = length_of(stories, newsletter)
    if length is None or length is Length.FULL:
        return None
    missed = {
        Length.SHORT: f"full_stories is {newsletter.fewest_for_full}",
        Length.NOTE: f"short_stories is {newsletter.fewest_for_short}",
    }
    return f"{length}: {_counted(stories)} in the window, but {missed[length]}"


def shortfall_of(stories: int, newsletter: NewsletterSettings) -> str | None:
    """Return why there is to be no edition of so many *stories*, in words; None when there is one."""
    if length_of(stories, newsletter):
        return None
    return f"{_counted(stories)} in the window, but min_stories is {newsletter.min_stories}"


def _counted(stories: int) -> str:
    return {0: "no story", 1: "1 story"}.get(stories, f"{stories} stories")
