"""What one value of the configuration may be: an address, a zone, a time, a date, a secret.

Each type reads what a person wrote and says, where it is wrong, how it is to be written.
"""

import difflib
import re
from datetime import date, datetime, time
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from subscribers.address import EmailAddress, InvalidAddressError

MIN_SECRET_CHARACTERS = 32
LONGEST_SELECTOR = 63
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"  # RFC 6376 §3.1
SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def split_at_commas(value: object) -> object:
    """Let the environment write a list with commas."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


@cache
def _zones() -> frozenset[str]:
    """Return the names of the IANA zones, which are files: to look for them takes as long as to start a transaction."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        near = difflib.get_close_matches(name, _zones(), n=1) or ["Europe/Berlin"]
        raise ValueError(f"{name!r} is no IANA time zone; write one such as {near[0]!r}")
    return name


def _mailbox_address(raw: str) -> str:
    return str(EmailAddress.parse(raw, of_reader=False))


def _mail_domain(raw: str) -> str:
    try:
        return EmailAddress.parse(f"bounces@{raw}").domain
    except InvalidAddressError:
        raise ValueError(f"{raw!r} is no domain; write it such as example.org") from None


def _by_domain(rates: dict[str, float]) -> dict[str, float]:
    """Write every domain as a recipient's is written, so that the two can be compared; "*" stays."""
    written = [domain if domain == "*" else _mail_domain(domain) for domain in rates]
    if twice := sorted({domain for domain in written if written.count(domain) > 1}):
        raise ValueError(f"{', '.join(twice)} stands there twice")
    return dict(zip(written, rates.values(), strict=True))


def _absolute_path(path: Path) -> Path:
    if not path.is_absolute() or "\0" in str(path):
        raise ValueError("is no path of a file or a folder")
    return path


def _selector(name: str) -> str:
    if len(name) > LONGEST_SELECTOR or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", name):
        raise ValueError(f"{name!r} is no DKIM selector; write one such as digest2026: letters, digits, hyphens")
    return name.lower()


def _web_address(url: str) -> str:
    # Such characters would be encoded in a header, or end it (H12, H15).
    if not re.fullmatch(r"[!-~]+", url) or any(sign in url for sign in '"<>\\^`{|}'):
        raise ValueError(
            f"{url!r} must be written in ASCII and without spaces: an international domain as xn--…, other"
            " characters as %XX"
        )
    try:
        parts = urlsplit(url)
        there = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket left open
        there = False
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValueError("must hold no user and no password; write it such as https://news.example.org")
    if not there:
        raise ValueError(f"{url!r} is no web address; write one such as https://news.example.org")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError(f"{url!r} must begin with https:// (http:// only for this machine, such as 127.0.0.1)")
    return url


def _feed_address(url: str) -> str:
    parts = urlsplit(url) if re.fullmatch(r"[!-~]+", url) else None
    if not parts or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(
            f"{url!r} is no address of a feed; write it as https://www.example.org/feed.xml, in ASCII, without a user"
        )
    return url


def _host_name(host: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", host):
        raise ValueError(f"{host!r} is no host; write its name alone, such as cms.internal, without scheme or port")
    return host.lower().rstrip(".")


def _base_address(url: str) -> str:
    if "?" in url or "#" in url:
        raise ValueError(f"{url!r} must have no ? or #: write it such as https://news.example.org")
    return url.rstrip("/")


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MIN_SECRET_CHARACTERS:
        raise ValueError(f"must have {MIN_SECRET_CHARACTERS} characters or more; 'digest init' writes a fresh one")
    return secret


def _wall_time(value: object) -> object:
    """Let through "05:30" and TOML's own 05:30:00; a bare number would be read as seconds."""
    written = value.isoformat() if isinstance(value, time) else value
    if not isinstance(written, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", written):
        raise ValueError(f'{value!r} is no time of day; write it as "05:30", from 00:00 to 23:59')
    return time.fromisoformat(written)


def _calendar_date(value: object) -> object:
    """Let through 2026-12-25, in quotes or without; a bare number would be read as seconds since 1970."""
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise ValueError(f"{value} is no date; write it as 2026-12-25")  # noqa: TRY004 - pydantic hears ValueError
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError(f"{value!r} is no date; write it as 2026-12-25")
    return value


def relay_parts(url: str) -> SplitResult:
    """Take a relay's address apart; what is wrong with it is said without showing the password in it."""
    how = (
        "url must read smtp://host:25, smtp+starttls://user:password@host:587 or smtps://host:465, with"
        " / ? # @ : and % in user or password written as %2F %3F %23 %40 %3A %25"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(how) from None
    plain = re.fullmatch(r"[!-~]+", url) and parts.path in ("", "/") and not parts.query and not parts.fragment
    if not plain or not parts.hostname or parts.scheme not in SMTP_PORTS:
        raise ValueError(how)
    if port == 0:
        raise ValueError("url: port 0 is no port to connect to")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("url: a user needs a password and a password a user: smtp+starttls://user:password@host")
    return parts


def is_loopback(host: str) -> bool:
    """Say whether *host* can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Address = Annotated[str, AfterValidator(_mailbox_address)]
Domain = Annotated[str, AfterValidator(_mail_domain)]
DomainRates = Annotated[dict[str, Annotated[float, Field(gt=0)]], AfterValidator(_by_domain)]
Selector = Annotated[str, AfterValidator(_selector)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute_path)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
BaseAddress = Annotated[WebAddress, AfterValidator(_base_address)]
FeedAddress = Annotated[str, AfterValidator(_feed_address)]
HostNames = Annotated[tuple[Annotated[str, AfterValidator(_host_name)], ...], BeforeValidator(split_at_commas)]
Day = Annotated[date, BeforeValidator(_calendar_date)]
Zone = Annotated[str, AfterValidator(_known_zone)]
WallTime = Annotated[time, BeforeValidator(_wall_time)]
Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
Names = Annotated[tuple[str, ...], BeforeValidator(split_at_commas)]
