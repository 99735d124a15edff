"""The part of the configuration that says who pays for which editions: `[[newsletters.<slug>.sponsors]]`."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from digest.settings.part import Part
from digest.settings.values import Day, WebAddress
from digest.web_address import objection


class SponsorRule(Part):
    """`[[newsletters.<slug>.sponsors]]`: who pays for the editions from one date to another, both included."""

    first_day: Day
    last_day: Day
    name: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=200)
    url: WebAddress

    @model_validator(mode="after")
    def _check_it_can_be_mailed(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        if why := objection(self.url, relaxed=True):
            raise ValueError(f"url can't stand in a mail: {why}")
        return self


def _one_a_day(sponsors: tuple[SponsorRule, ...]) -> tuple[SponsorRule, ...]:
    for one, other in pairwise(sorted(sponsors, key=lambda sponsor: sponsor.first_day)):
        if other.first_day <= one.last_day:
            raise ValueError(f"{one.name} and {other.name} would both stand in the edition of {other.first_day}")
    return sponsors


Sponsors = Annotated[tuple[SponsorRule, ...], AfterValidator(_one_a_day)]
