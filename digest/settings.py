"""The configuration: what `digest.toml` and the environment may say, as frozen values.

Read once at the edge by `digest.configuration` and handed down; nothing else reads the environment.
"""

from datetime import date, time
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from digest.setting_values import (
    SMTP_PORTS,
    Address,
    BaseAddress,
    Day,
    Domain,
    Names,
    Secret,
    WallTime,
    WebAddress,
    Zone,
    is_loopback,
    relay_parts,
    split_at_commas,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS = 86_400


class Part(BaseModel):
    """A section of the configuration: frozen, and strict about its keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )


class SiteSettings(Part):
    """`[site]`: the newsroom. `secret` signs every link; `previous_secrets` still verify, newest first."""

    name: str = Field(min_length=1, max_length=64)
    base_url: BaseAddress
    postal_address: str = Field(min_length=1)
    contact: Address
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    logo_url: WebAddress | None = None
    privacy_url: WebAddress | None = None
    secret: Secret
    previous_secrets: Annotated[tuple[Secret, ...], BeforeValidator(split_at_commas)] = ()

    @property
    def is_local(self) -> bool:
        """Say whether links lead to this machine only, so that no real reader should get this mail (law 12)."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """Return the signing secret and the earlier ones, newest first."""
        return tuple(secret.get_secret_value() for secret in (self.secret, *self.previous_secrets))


class DatabaseSettings(Part):
    """`[database]`: one address, for SQLite or PostgreSQL."""

    url: SecretStr


class SmtpSettings(Part):
    """`[smtp]`: the relay, and how it is to be treated. `rate_per_second` None is unlimited."""

    url: SecretStr = SecretStr("smtp://localhost:25")
    connections: int = Field(default=4, ge=1, le=100)
    rate_per_second: float | None = Field(default=None, gt=0)
    allow_domains: Names = ()
    retry_first_seconds: int = Field(default=300, ge=1, le=DAY_SECONDS)
    retry_max_seconds: int = Field(default=21_600, ge=1, le=DAY_SECONDS)
    bounce_domain: Domain | None = None
    timeout_seconds: float = Field(default=60, gt=0, le=DAY_SECONDS)

    @model_validator(mode="after")
    def _check_url(self) -> Self:
        relay_parts(self.url.get_secret_value())
        return self

    @property
    def scheme(self) -> str:
        """Return `smtp`, `smtp+starttls` or `smtps`."""
        return relay_parts(self.url.get_secret_value()).scheme

    @property
    def host(self) -> str:
        """Return the relay's host name or address."""
        return relay_parts(self.url.get_secret_value()).hostname or ""

    @property
    def port(self) -> int:
        """Return the relay's port, by default the scheme's."""
        return relay_parts(self.url.get_secret_value()).port or SMTP_PORTS[self.scheme]

    @property
    def login(self) -> tuple[str, str] | None:
        """Return user and password, or None where the relay wants none."""
        parts = relay_parts(self.url.get_secret_value())
        if parts.username is None or parts.password is None:
            return None
        return unquote(parts.username), unquote(parts.password)


class SectionRule(Part):
    """`[[newsletters.<slug>.sections]]`: which articles stand under a title, and how many at most.

    `match` names article sections, in any case; without it the title itself is the match.
    """

    title: str = Field(min_length=1)
    match: Names = ()
    limit: int = Field(default=8, ge=1)

    def takes(self, section: str) -> bool:
        """Say whether an article of *section* belongs here."""
        return section.casefold() in {name.casefold() for name in self.match or (self.title,)}


class NewsletterSettings(Part):
    """`[newsletters.<slug>]`: a named daily product. Times are wall-clock times in `timezone`."""

    name: str = Field(min_length=1, max_length=64)
    pitch: str = ""
    from_: Address = Field(alias="from")
    reply_to: Address | None = None
    timezone: Zone
    cutoff: WallTime = time(5, 30)
    send_at: WallTime = time(6, 0)
    deadline: WallTime = time(10, 0)
    days: Annotated[tuple[Weekday, ...], BeforeValidator(split_at_commas)] = WEEKDAYS
    skip_dates: Annotated[tuple[Day, ...], BeforeValidator(split_at_commas)] = ()
    min_stories: int = Field(default=3, ge=1)
    max_stories: int = Field(default=40, ge=1, le=60)
    template: str = "daily-headlines"
    sections: tuple[SectionRule, ...] = ()

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not self.cutoff <= self.send_at < self.deadline:
            raise ValueError(
                f"cutoff ({self.cutoff:%H:%M}), send_at ({self.send_at:%H:%M}) and deadline ({self.deadline:%H:%M})"
                " must follow one another within one day"
            )
        if self.min_stories > self.max_stories:
            raise ValueError(f"min_stories ({self.min_stories}) is more than max_stories ({self.max_stories})")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the newsletter's zone."""
        return ZoneInfo(self.timezone)

    def skips(self, day: date) -> str | None:
        """Return why there is no edition on *day*, or None when there is one."""
        if day in self.skip_dates:
            return f"{day} is one of skip_dates"
        if WEEKDAYS[day.weekday()] not in self.days:
            return f"{day} is a {day:%A}, and days has none"
        return None


class SourceSettings(Part):
    """`[[sources]]`: an outlet and the terms on which its articles may be shown."""

    name: str = Field(min_length=1)
    feed: str | None = None
    own: bool = False
    weight: float = Field(default=1.0, ge=0)
    section: str | None = None
    excerpt_chars: int | None = Field(default=None, ge=0)
    images: bool = True


class Settings(Part):
    """The whole configuration."""

    site: SiteSettings
    database: DatabaseSettings
    smtp: SmtpSettings = SmtpSettings()
    newsletters: dict[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)], NewsletterSettings]
    sources: tuple[SourceSettings, ...] = ()

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        names = [source.name for source in self.sources]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"sources: {', '.join(sorted(twice))} stands there twice")
        return self
