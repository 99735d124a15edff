"""The part of the configuration that says who is told when something is wrong: `[alerts]`."""

import re
from datetime import timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from digest.settings.part import Part
from digest.settings.values import Address, is_loopback, split_at_commas

Share = Annotated[float, Field(gt=0, le=1)]


def _hook(url: SecretStr) -> SecretStr:
    """Let an address through that can be asked. It often holds a key, so what is wrong is said without it."""
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not re.fullmatch(r"[!-~]+", text) or "@" in urlsplit(text).netloc:
        raise ValueError("must be a web address such as https://hooks.example.org/abc, in ASCII, without a user")
    return url


Hook = Annotated[SecretStr, AfterValidator(_hook)]


def _mailbox_url(url: SecretStr) -> SecretStr:
    """Let the address of a mailbox through; what is wrong is said without the password in it."""
    try:
        parts = urlsplit(url.get_secret_value())
        is_whole = bool(parts.hostname and parts.username and parts.password) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not (parts.scheme == "imaps" or (parts.scheme == "imap" and is_loopback(parts.hostname or ""))):
        raise ValueError(
            "must read imaps://user:password@host/INBOX, with / ? # @ : and % in user or password written as %2F %3F"
            " %23 %40 %3A %25"
        )
    return url


MailboxUrl = Annotated[SecretStr, AfterValidator(_mailbox_url)]


class AlertSettings(Part):
    """`[alerts]`: who is told what is wrong, and when it is.

    `to` are the operators; nobody there is `[site]` `contact`. `webhook_url` is sent each alert as JSON. The
    `switch_urls`, one for each newsletter, are asked after each edition that went well: a service outside says when
    that stays away. A source is stale that could not be read for `source_hours`. An edition's refused share, or the
    share of its readers who left since, is a spike from `failed_share` or `left_share` on, if that is three times what
    is usual. The `canary` is a reader of the newsroom's own: what a relay took for it must stand in the mailbox of
    `canary_url` within `canary_minutes`.
    """

    to: Annotated[tuple[Address, ...], BeforeValidator(split_at_commas)] = ()
    webhook_url: Hook | None = None
    switch_urls: dict[str, Hook] = Field(default_factory=dict)
    source_hours: float = Field(default=24, ge=1, le=8_760)
    failed_share: Share = 0.05
    left_share: Share = 0.02
    canary: Address | None = None
    canary_url: MailboxUrl | None = None
    canary_minutes: float = Field(default=30, gt=0, le=1_440)

    @model_validator(mode="after")
    def _check_canary(self) -> Self:
        if (self.canary is None) != (self.canary_url is None):
            raise ValueError("canary (its address) and canary_url (its mailbox) belong together; give both or neither")
        return self

    @property
    def source_patience(self) -> timedelta:
        """Return for how long a source may fail before somebody is told."""
        return timedelta(hours=self.source_hours)
