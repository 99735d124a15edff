"""The part of the configuration that fetches feeds: `[fetching]`."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from digest.settings.part import Part
from digest.settings.values import HostNames

Seconds = Annotated[float, Field(gt=0, le=3_600)]


class FetchingSettings(Part):
    """`[fetching]`: how feeds are fetched, and within what bounds.

    The clock reads each feed every `every_seconds`, and once after each cut-off.
    `connections` at once, over all hosts; each host is asked one thing at a time, with `pause_seconds` between.
    `wait_seconds` bounds a wait for the server, `total_seconds` one feed in all; `most_bytes` is what it may have,
    unpacked. Hosts in `private_hosts` may be on a private network, at any port, and are not paused for. A source that
    failed is left alone for `retry_first_seconds`, doubled each time, at most `retry_max_seconds`.
    """

    every_seconds: float = Field(default=1_800, ge=60, le=86_400)
    connections: int = Field(default=20, ge=1, le=100)
    pause_seconds: float = Field(default=1.0, ge=0, le=3_600)
    wait_seconds: Seconds = 10.0
    total_seconds: Seconds = 30.0
    most_bytes: int = Field(default=5_000_000, ge=10_000, le=10_000_000)
    redirects: int = Field(default=5, ge=0, le=20)
    private_hosts: HostNames = ()
    retry_first_seconds: float = Field(default=900, ge=1)
    retry_max_seconds: float = Field(default=86_400, ge=1, le=30 * 86_400)

    @model_validator(mode="after")
    def _check_waits(self) -> Self:
        if self.retry_first_seconds > self.retry_max_seconds:
            raise ValueError(
                f"retry_first_seconds ({self.retry_first_seconds:g}) is more than retry_max_seconds"
                f" ({self.retry_max_seconds:g})"
            )
        return self

    @property
    def every(self) -> timedelta:
        """Return how often each feed is read."""
        return timedelta(seconds=self.every_seconds)

    @property
    def waits(self) -> tuple[timedelta, timedelta]:
        """Return the first and the longest wait after a failure."""
        return timedelta(seconds=self.retry_first_seconds), timedelta(seconds=self.retry_max_seconds)
