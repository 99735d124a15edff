"""`[newsletters.<slug>]`: a newsletter, its times, its stories and its looks."""

from datetime import time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from digest.settings.part import Part
from digest.settings.ranking import RankingSettings
from digest.settings.sponsors import Sponsors
from digest.settings.theme import ThemeSettings
from digest.settings.times import EditionTimes, OneOffs
from digest.settings.values import Address, Day, Names, WallTime, Zone, split_at_commas

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_PLACES = ("lead", "front")  # so 'digest edition move' calls them


class SectionRule(Part):
    """`[[newsletters.<slug>.sections]]`: which articles stand under a title, how many at most, and their weight.

    `match` names article sections, in any case; without it the title itself is the match.
    """

    title: str = Field(min_length=1)
    match: Names = ()
    limit: int = Field(default=8, ge=1)
    weight: float = Field(default=1.0, ge=0, le=100)

    def takes(self, section: str) -> bool:
        """Say whether an article of *section* belongs here."""
        return section.casefold() in {name.casefold() for name in self.match or (self.title,)}


class NewsletterSettings(Part):
    """`[newsletters.<slug>]`: a named daily product. Times are wall-clock times in `timezone`.

    With fewer stories than `full_stories` an edition is short, with fewer than `short_stories` a note, with fewer than
    `min_stories` skipped; None is as few as the next. What was published in the last `settle_minutes` before the
    cut-off waits for the next edition: its facts may still change. `updates` lets a story come back that has
    substantially changed since it was mailed. An edition is held, until an editor approves it all the same, when the
    newest article is older than `stale_after_hours` at the cut-off (None: however old), or when more than
    `repeat_share` of its stories were in the previous one. `approval` holds every edition until an editor approved its
    very bytes. `audience_change` is the share by which the audience may differ from the previous edition's (0.1 is a
    tenth); None is any. The dates of `one_offs` have an edition at another time than usual; cut-off and deadline
    move with it. `mornings` says whose clocks `send_at` is read from: the newsletter's for all, or each reader's own.
    `noindex` asks search engines to leave its archive alone.
    """

    name: str = Field(min_length=1, max_length=64)
    pitch: str = ""
    from_: Address = Field(alias="from")
    reply_to: Address | None = None
    timezone: Zone
    cutoff: WallTime = time(5, 30)
    send_at: WallTime = time(6, 0)
    deadline: WallTime = time(10, 0)
    settle_minutes: int = Field(default=0, ge=0, le=240)
    days: Annotated[tuple[Weekday, ...], BeforeValidator(split_at_commas)] = WEEKDAYS
    skip_dates: Annotated[tuple[Day, ...], BeforeValidator(split_at_commas)] = ()
    one_offs: OneOffs = ()
    full_stories: int | None = Field(default=None, ge=1)
    short_stories: int | None = Field(default=None, ge=1)
    min_stories: int = Field(default=3, ge=1)
    max_stories: int = Field(default=40, ge=1, le=60)
    template: str = "daily-headlines"
    theme: ThemeSettings = Field(default_factory=ThemeSettings)
    mornings: Literal["newsletter", "reader"] = "newsletter"
    sections: tuple[SectionRule, ...] = ()
    sponsors: Sponsors = ()
    ranking: RankingSettings = Field(default_factory=RankingSettings)
    updates: bool = True
    stale_after_hours: float | None = Field(default=None, gt=0, le=8_760)
    repeat_share: float = Field(default=0.5, ge=0, le=1)
    approval: bool = False
    noindex: bool = False
    audience_change: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not self.times.are_in_order:
            raise ValueError(
                f"cutoff ({self.cutoff:%H:%M}), send_at ({self.send_at:%H:%M}) and deadline ({self.deadline:%H:%M})"
                " must follow one another within one day"
            )
        fewest = {
            "min_stories": self.min_stories,
            "short_stories": self.short_stories,
            "full_stories": self.full_stories,
            "max_stories": self.max_stories,
        }
        told = [(name, number) for name, number in fewest.items() if number is not None]
        for (name, number), (next_name, next_number) in pairwise(told):
            if number > next_number:
                raise ValueError(f"{name} ({number}) is more than {next_name} ({next_number})")
        return self

    @model_validator(mode="after")
    def _check_sections(self) -> Self:
        titles = [rule.title.casefold() for rule in self.sections]
        for rule, title in zip(self.sections, titles, strict=True):
            if title in _PLACES:
                raise ValueError(f"sections: {rule.title!r} names a place above them already")
            if titles.count(title) > 1:
                raise ValueError(f"sections: {rule.title!r} stands there twice; put their match together")
        return self

    @model_validator(mode="after")
    def _check_one_offs(self) -> Self:
        dates = [one.day for one in self.one_offs]
        for one in self.one_offs:
            if dates.count(one.day) > 1 or one.day in self.skip_dates:
                where = "twice" if dates.count(one.day) > 1 else "in skip_dates too"
                raise ValueError(f"one_offs: {one.day} stands there {where}; keep one of them")
            try:
                self.times.moved_to(one.send_at)
            except ValueError:
                raise ValueError(
                    f"one_offs: {one.day} {one.send_at:%H:%M} would put its cut-off or its deadline, which move with"
                    " it, on another day"
                ) from None
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the newsletter's zone."""
        return ZoneInfo(self.timezone)

    @property
    def times(self) -> EditionTimes:
        """Return the wall-clock times of a usual day."""
        return EditionTimes(self.cutoff, self.send_at, self.deadline)

    @property
    def fewest_for_full(self) -> int:
        """Return how many stories a full edition has at the least."""
        return self.full_stories or self.fewest_for_short

    @property
    def fewest_for_short(self) -> int:
        """Return how many stories a short edition has at the least."""
        return self.short_stories or self.min_stories

    @property
    def settle(self) -> timedelta:
        """Return how long before the cut-off a story must have been published."""
        return timedelta(minutes=self.settle_minutes)
