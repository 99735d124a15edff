"""All sections of the configuration together, and what must be true of one beside another."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from digest.settings.alerts import AlertSettings
from digest.settings.delivery import DkimSettings, SmtpSettings
from digest.settings.fetching import FetchingSettings
from digest.settings.log import LoggingSettings
from digest.settings.newsletter import NewsletterSettings
from digest.settings.part import Part
from digest.settings.signup import DEFAULT_SENDER, SignupSettings, WebSettings
from digest.settings.theme import ThemeSettings
from digest.settings.values import Address, BaseAddress, FeedAddress, Secret, WebAddress, is_loopback, split_at_commas
from subscribers.address import EmailAddress


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
