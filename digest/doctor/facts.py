"""Gathering what the doctor judges: files, the disk, the relays, another clock. What can't be had is `Unanswered`."""

import shutil
import ssl
import tomllib
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from digest.database import Database
from digest.delivery.outlets import outlets_of
from digest.delivery.relay import Offered, RelayUnavailableError
from digest.doctor.finding import Unanswered
from digest.settings import Settings

SECONDS = 8.0


def secret_places(config: Path, settings: Settings, database: Database) -> Iterator[Path]:
    """Give the files and folders that hold secrets or readers: configuration, keys, database, journals."""
    yield config
    yield from _named_files(config)
    for file in (settings.dkim.rsa_key_file, settings.dkim.ed25519_key_file) if settings.dkim else ():
        if file:
            yield file
    if database.is_sqlite and database.engine.url.database:
        yield Path(database.engine.url.database)
    if settings.smtp.journal.exists():
        yield settings.smtp.journal


def mode_of(path: Path) -> int | Unanswered:
    """Return the permissions of *path*."""
    try:
        return path.stat().st_mode & 0o777
    except OSError as error:
        return Unanswered(error.strerror or str(error))


def free_bytes(folder: Path) -> int | Unanswered:
    """Return how much room there is where *folder* is."""
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        return Unanswered(error.strerror or str(error))


async def offers(settings: Settings) -> dict[str, Offered | Unanswered]:
    """Return what each relay offers, by its name; a session is had with each and nothing is sent.

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them (law 12).
    """
    found: dict[str, Offered | Unanswered] = {}
    for outlet in outlets_of(settings):
        try:
            found[str(outlet.relay)] = await outlet.relay.survey()
        except RelayUnavailableError as error:
            found[str(outlet.relay)] = Unanswered(str(error))
    return found


def clock_ahead(
    host: str | None, now: datetime, port: int = 443, trust: ssl.SSLContext | None = None
) -> float | Unanswered:
    """Return by how many seconds *now* (UTC) is ahead of what the https server *host* says in its Date header."""
    if host is None:
        return Unanswered("there is no source with a feed whose server could be asked for the time")
    connection = HTTPSConnection(host, port, timeout=SECONDS, context=trust or ssl.create_default_context())
    try:
        connection.request("HEAD", "/")
        said = connection.getresponse().getheader("Date")
        return (now - parsedate_to_datetime(said or "")).total_seconds()
    except (OSError, HTTPException) as error:
        return Unanswered(f"{host} does not answer ({getattr(error, 'strerror', None) or error})")
    except (ValueError, TypeError):
        return Unanswered(f"{host} does not tell the time")
    finally:
        connection.close()


def time_server(settings: Settings) -> str | None:
    """Return the host of the first feed on https."""
    hosts = [urlsplit(str(source.feed)) for source in settings.sources if source.feed]
    return next((parts.hostname for parts in hosts if parts.scheme == "https"), None)


def _named_files(config: Path) -> Iterator[Path]:
    """Give the files that hold a secret by `NAME_file`; the configuration is known to be sound."""
    raw = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    relays = raw.get("smtp", {}).get("relays", [])
    for part in (raw.get("site", {}), raw.get("database", {}), raw.get("smtp", {}), raw.get("web", {}), *relays):
        for key, value in part.items():
            if key in ("secret_file", "url_file", "metrics_token_file"):
                yield config.parent.resolve() / value
