"""The configuration: what `digest.toml` and the environment may say, as frozen values.

Read once at the edge by `digest.configuration` and handed down; nothing else reads the environment.
"""

from datetime import time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from digest.alert_settings import AlertSettings
from digest.delivery_settings import DkimSettings, RelaySettings, SmtpSettings
from digest.edition_times import EditionTimes, OneOffs
from digest.fetching_settings import FetchingSettings
from digest.logging_settings import LoggingSettings
from digest.ranking_settings import RankingSettings
from digest.setting_part import Part
from digest.setting_values import (
    Address,
    BaseAddress,
    Day,
    FeedAddress,
    Names,
    Secret,
    WallTime,
    WebAddress,
    Zone,
    is_loopback,
    split_at_commas,
)
from digest.signup_settings import DEFAULT_SENDER, SignupSettings, WebSettings
from digest.sponsor_settings import SponsorRule, Sponsors
from digest.theme_settings import ThemeSettings
from subscribers.address import EmailAddress

__all__ = [
    "AlertSettings",
    "DatabaseSettings",
    "DkimSettings",
    "FetchingSettings",
    "LoggingSettings",
    "NewsletterSettings",
    "RankingSettings",
    "RelaySettings",
    "SectionRule",
    "Settings",
    "SignupSettings",
    "SiteSettings",
    "SmtpSettings",
    "SourceSettings",
    "SponsorRule",
    "ThemeSettings",
    "WebSettings",
]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    move with it. `noindex` asks search engines to leave its archive alone.
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


class SourceSettings(Part):
    """`[[sources]]`: an outlet and the terms on which its articles may be shown."""

    name: str = Field(min_length=1)
    feed: FeedAddress | None = None
    own: bool = False
    weight: float = Field(default=1.0, ge=0, le=1_000)
    section: str | None = None
    excerpt_chars: int | None = Field(default=None, ge=0)
    images: bool = True


class Settings(Part):
    """The whole configuration."""

    site: SiteSettings
    database: DatabaseSettings
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
    dkim: DkimSettings | None = None
    newsletters: dict[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)], NewsletterSettings]
    sources: tuple[SourceSettings, ...] = ()
    fetching: FetchingSettings = Field(default_factory=FetchingSettings)
    signup: SignupSettings = Field(default_factory=SignupSettings, validate_default=True)
    web: WebSettings = Field(default_factory=WebSettings)
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)
    theme: ThemeSettings = Field(default_factory=ThemeSettings)

    def theme_of(self, slug: str) -> ThemeSettings:
        """Return the theme of a newsletter: its own, and where that is silent the site's."""
        return self.newsletters[slug].theme.over(self.theme)

    @field_validator("signup")
    @classmethod
    def _fill_sender(cls, signup: SignupSettings, info: ValidationInfo) -> SignupSettings:
        """Let confirmation mails come from the newsletters' domain, yet from no newsletter's address (H23)."""
        if not {"site", "newsletters"} <= info.data.keys():
            return signup  # they are wrong, and that is said already
        newsletters: dict[str, NewsletterSettings] = info.data["newsletters"]
        of_newsletters = [newsletter.from_ for newsletter in newsletters.values()] or [info.data["site"].contact]
        sender = signup.sender or f"{DEFAULT_SENDER}@{of_newsletters[0].rpartition('@')[2]}"
        for slug, newsletter in newsletters.items():
            if _is_same_mailbox(newsletter.from_, sender):
                raise ValueError(
                    f"from is {sender}, which newsletters.{slug} has too; give confirmation mails an address of"
                    " their own"
                )
        return signup.model_copy(update={"sender": sender})

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        names = [source.name for source in self.sources]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"sources: {', '.join(sorted(twice))} stands there twice")
        return self

    @model_validator(mode="after")
    def _check_themes(self) -> Self:
        for why in self.theme.objections():
            raise ValueError(f"theme: {why}")
        for slug in self.newsletters:
            for why in self.theme_of(slug).objections():
                raise ValueError(f"theme of newsletters.{slug}: {why}")
        return self

    @model_validator(mode="after")
    def _check_switches(self) -> Self:
        if unknown := sorted(self.alerts.switch_urls.keys() - self.newsletters.keys()):
            known = ", ".join(sorted(self.newsletters)) or "none"
            raise ValueError(f"alerts.switch_urls: there is no newsletter {unknown[0]!r}; there is {known}")
        return self

    @model_validator(mode="after")
    def _check_signature(self) -> Self:
        senders = {f"newsletters.{slug}": newsletter.from_ for slug, newsletter in self.newsletters.items()}
        for part, sender in (senders | {"signup": self.signup.sender}).items() if self.dkim else ():
            domain = sender.rpartition("@")[2]
            if self.dkim and not self.dkim.covers(domain):
                raise ValueError(
                    f"{part}: from is at {domain}, which a signature of [dkim] domain {self.dkim.domain} does not cover"
                )
        return self

    @property
    def operators(self) -> tuple[str, ...]:
        """Return who is told when something is wrong."""
        return self.alerts.to or (self.site.contact,)


def _is_same_mailbox(one: str, other: str) -> bool:
    return EmailAddress.parse(one, of_reader=False).key == EmailAddress.parse(other, of_reader=False).key
