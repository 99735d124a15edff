"""Unmet: which of an editor's decisions an edition does not carry out, and why."""

from collections.abc import Mapping, Sequence

from digest.editions.contents import FRONT_PLACE, LEAD_PLACE, LeftOut, PlacedStory
from digest.editions.hand import FRONT, LEAD, Act, Hand, Override
from digest.editions.selection import SECOND_RANK

NOT_OUT = "it is not out when the edition goes out"
_PLACES = {LEAD: LEAD_PLACE, FRONT: FRONT_PLACE}


def unmet(
    hand: Hand, stories: Sequence[PlacedStory], left_out: Sequence[LeftOut], brevity: str | None
) -> Mapping[str, str]:
    """Return the decisions of *hand* that an edition of these *stories* does not carry out, by URL, and why, in words.

    *brevity* is why it is no full edition, None when it is one.
    """
    places = {story.url: story.section for story in stories}
    reasons = {left.url: left.why for left in left_out}
    found: dict[str, str] = {}
    for url, override in hand.overrides.items():
        if override.act is Act.DROP:
            continue
        if url not in places:
            found[url] = reasons.get(url, NOT_OUT)
        elif override.place and places[url] != _PLACES.get(override.place, override.place):
            found[url] = _why_elsewhere(override, list(places.values()), brevity)
    return found


def _why_elsewhere(override: Override, places: Sequence[str], brevity: str | None) -> str:
    if override.place == LEAD:
        return "what was moved there later leads"
    if override.place == FRONT and places.count(FRONT_PLACE) == SECOND_RANK:
        return f"the front has room for {SECOND_RANK}, and they were moved there before"
    if brevity:
        return f"it is no full edition, but {brevity}, and has no such place"
    return "there is no such section any more"
