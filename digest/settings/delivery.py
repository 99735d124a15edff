"""The part of the configuration that sends: `[smtp]` with its relays, and `[dkim]`."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote

from pydantic import Field, SecretStr, model_validator

from digest.settings.part import Part
from digest.settings.values import (
    SMTP_PORTS,
    AbsolutePath,
    Domain,
    DomainRates,
    Names,
    Selector,
    relay_parts,
)

DAY_SECONDS = 86_400
MOST_CONNECTIONS = 100
JOURNAL_NAME = "digest-journal"

Connections = Annotated[int, Field(ge=1, le=MOST_CONNECTIONS)]
Rate = Annotated[float, Field(gt=0)]


class RelaySettings(Part):
    """`[[smtp.relays]]`: one of several relays. `weight` is its share of the mail, 0 a stand-by.

    `connections` and `rate_per_second` (messages) None are those of `[smtp]`; in `SmtpSettings.all_relays` connections
    are filled in, and a rate of None is unlimited.
    """

    url: SecretStr
    weight: int = Field(default=1, ge=0, le=1000)
    connections: Connections | None = None
    rate_per_second: Rate | None = None

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

    @property
    def name(self) -> str:
        """Return host and port, for people to read: never user or password."""
        return f"{self.host}:{self.port}"


class SmtpSettings(Part):
    """`[smtp]`: the relay or relays, and how they are to be treated.

    `rate_per_second` (messages to each relay) None is unlimited; `domain_rates` are messages a second to each
    recipient domain, "*" to every domain not named. `processes` None is as many as there are cores. `journal` is
    the folder where each sending process notes what it is about to say.
    """

    url: SecretStr = SecretStr("smtp://localhost:25")
    relays: tuple[RelaySettings, ...] = ()
    connections: Connections = 4
    processes: int | None = Field(default=None, ge=1, le=64)
    rate_per_second: Rate | None = None
    domain_rates: DomainRates = Field(default_factory=dict)
    messages_per_connection: int = Field(default=1000, ge=1)
    unknown: Literal["hold", "resend"] = "hold"
    journal: AbsolutePath = Field(default_factory=lambda: Path(JOURNAL_NAME).absolute())
    allow_domains: Names = ()
    retry_first_seconds: int = Field(default=300, ge=1, le=DAY_SECONDS)
    retry_max_seconds: int = Field(default=21_600, ge=1, le=DAY_SECONDS)
    bounce_domain: Domain | None = None
    timeout_seconds: float = Field(default=60, gt=0, le=DAY_SECONDS)

    @model_validator(mode="after")
    def _check_relays(self) -> Self:
        if not self.relays:
            relay_parts(self.url.get_secret_value())
            return self
        if "url" in self.model_fields_set:
            raise ValueError("both url and relays are set; keep one of them (url is for one relay, relays for several)")
        if not any(relay.weight for relay in self.relays):
            raise ValueError("relays: every weight is 0 (stand-by); give at least one a weight of 1 or more")
        named = [(relay.scheme, relay.host, relay.port, relay.login) for relay in self.relays]
        if twice := {relay.name for place, relay in enumerate(self.relays) if named.index(named[place]) != place}:
            raise ValueError(
                f"relays: {', '.join(sorted(twice))} stands there twice; a greater weight sends more that way"
            )
        return self

    @property
    def all_relays(self) -> tuple[RelaySettings, ...]:
        """Return the relays, or the one of `url`, each with its number of connections and its own pace filled in."""
        return tuple(self._filled(relay) for relay in self.relays or (RelaySettings(url=self.url),))

    def _filled(self, relay: RelaySettings) -> RelaySettings:
        own = {"connections": relay.connections, "rate_per_second": relay.rate_per_second}
        inherited = {key: getattr(self, key) for key, value in own.items() if value is None}
        return relay.model_copy(update=inherited)


class DkimSettings(Part):
    """`[dkim]`: the domain that signs, and a selector and a key file for each kind of key (D07)."""

    domain: Domain
    rsa_selector: Selector | None = None
    rsa_key_file: AbsolutePath | None = None
    ed25519_selector: Selector | None = None
    ed25519_key_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        for kind in ("rsa", "ed25519"):
            selector, file = getattr(self, f"{kind}_selector"), getattr(self, f"{kind}_key_file")
            if (selector is None) != (file is None):
                there, missing = ("selector", "key_file") if selector else ("key_file", "selector")
                raise ValueError(f"{kind}_{there} needs {kind}_{missing} beside it")
        if self.rsa_key_file is None:
            # Most verifiers can't read Ed25519 yet: to them such a mail is unsigned (RFC 8463, D07).
            also = "Ed25519 alone is not enough: " if self.ed25519_key_file else ""
            raise ValueError(
                f"{also}set rsa_selector and rsa_key_file, or leave the section out and let the relay sign"
            )
        if self.rsa_selector == self.ed25519_selector:
            raise ValueError("rsa_selector and ed25519_selector must differ: each names a key of its own in the DNS")
        return self

    def covers(self, domain: str) -> bool:
        """Say whether a signature of ours can speak for mail from *domain*: DMARC wants them to be of one owner.

        The last two labels are compared; who owns what lies above them, only a list of public suffixes could tell.
        """
        return self.domain.split(".")[-2:] == domain.lower().split(".")[-2:]
