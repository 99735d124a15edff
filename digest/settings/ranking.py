"""The part of the configuration that orders a newsletter's stories: `[newsletters.<slug>.ranking]`."""

from typing import Annotated

from pydantic import Field

from digest.settings.part import Part

MOST_POINTS = 10_000
Points = Annotated[int, Field(ge=0, le=MOST_POINTS)]
Boost = Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS)]


class RankingSettings(Part):
    """`[newsletters.<slug>.ranking]`: how many points a story gets for what, and the most of one outlet.

    `source` is for each unit of the source's weight, `own` for our own newsroom, `coverage` for each doubling of the
    outlets that tell the event, `prominence` for the first place in a feed (the second has half of it, the third a
    third), `recency` for the last moment of the window (falling to 0 at its start), `section` for each unit by
    which the section's weight is above 1. `boosts` gives points to stories that say some words, or takes them.
    `per_outlet` is the most stories of any outlet but our own.
    """

    source: Points = 100
    own: Points = 50
    coverage: Points = 20
    prominence: Points = 15
    recency: Points = 15
    section: Points = 20
    boosts: dict[Annotated[str, Field(min_length=1)], Boost] = Field(default_factory=dict)
    per_outlet: int = Field(default=10, ge=1)
