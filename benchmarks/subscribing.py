"""Signing up: how many new readers a second one process takes down while every guard is on.

The real command serves. Each sign-up is a POST of the front page's own form, stamp and all, for an address of its own
and from a visitor of its own, as a proxy on this machine would tell: one visitor's hundredth would be refused.
"""

import html
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlmodel import func, select

from benchmarks.figures import Figure, at_least, exact, plain
from benchmarks.newsdesk import Newsdesk, new_desk
from benchmarks.postgresql import running_postgresql
from benchmarks.visitors import Given, send_all
from digest.database import Database
from digest.upgrading import upgrade_schema
from subscribers.subscriber import SubscriptionStatus
from subscribers.tables import Subscription

SIGN_UPS = 10_000
FIRST = 500  # they find cold caches, and are not measured
AT_ONCE = 64
LEAST = 500.0
# A form that comes back sooner was filled in by no person (S08).
FILLING_IN_SECONDS = 2.1
NO_RELAY = 1  # a port where nobody listens: the mails wait
_DOMAINS = 997
# One newsletter is asked for by a hidden field, several by boxes to tick.
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Taken:
    """What *sent* sign-ups came to: the answers, and how many readers wait for their confirmation afterwards."""

    given: Given
    sent: int
    pending: int

    @property
    def pace(self) -> float:
        """Return how many were answered in a second."""
        return self.sent / self.given.seconds


def measure_subscribing(folder: Path, tell: Callable[[str], None]) -> list[Figure]:
    """Measure both databases, each with nobody in it to begin with."""
    on_sqlite = _taken(new_desk(folder / "subscribing"), tell)
    with running_postgresql(folder / "subscribing-postgresql") as url:
        desk = Newsdesk(new_desk(folder / "subscribing-on-postgresql").folder, url)
        on_postgresql = _taken(desk, tell)
    what = "sign-ups accepted on {}, " + f"{AT_ONCE} at once"
    return [
        at_least(what.format("SQLite"), on_sqlite.pace, LEAST, "/s"),
        *_figures(on_sqlite),
        plain(what.format("PostgreSQL, on the same cores"), on_postgresql.pace, "/s"),
        *_figures(on_postgresql),
    ]


def _figures(taken: Taken) -> list[Figure]:
    given = taken.given
    slowest = sorted(given.seconds_each)[len(given.seconds_each) * 99 // 100]
    lost = FIRST + taken.sent - taken.pending
    return [
        plain("... 99 of 100 are answered within", slowest * 1000, "ms"),
        exact("... every answer the same to the byte", len(given.answers) == 1, f"{len(given.answers)} kinds"),
        exact("... every one a reader who waits", lost == 0, f"{lost} lost"),
    ]


def _taken(desk: Newsdesk, tell: Callable[[str], None]) -> Taken:
    desk.configure(port=NO_RELAY, connections=1, processes=1)
    database = Database(desk.database_url)
    upgrade_schema(database)
    with _serving(desk) as address:
        fields = _form(address)
        time.sleep(FILLING_IN_SECONDS)
        tell(f"{SIGN_UPS:,} sign-ups ...")
        send_all(address, (_request(fields, number) for number in range(FIRST)), AT_ONCE)
        numbers = range(FIRST, FIRST + SIGN_UPS)
        given = send_all(address, [_request(fields, number) for number in numbers], AT_ONCE)
    with database.reading() as session:
        pending = select(func.count()).where(Subscription.status == SubscriptionStatus.PENDING)
        taken = Taken(given, SIGN_UPS, session.exec(pending).one())
    database.close()
    tell(f"{SIGN_UPS:,} sign-ups answered in {given.seconds:.1f} s, {taken.pending:,} readers wait")
    return taken


def _form(address: str) -> dict[str, str]:
    """Return the hidden fields of the front page's form."""
    with urllib.request.urlopen(address, timeout=20) as page:  # noqa: S310 - our own loopback server
        fields = {name: html.unescape(value) for name, value in _FIELD.findall(page.read().decode())}
    if not {"newsletter", "stamp"} <= fields.keys():
        raise SystemExit(f"the form on {address} is not as this benchmark knows it: {', '.join(fields)}")
    return fields


def _request(fields: dict[str, str], number: int) -> bytes:
    """Return the POST of visitor *number*, from an address of the range that is set apart for benchmarks (RFC 2544)."""
    body = urlencode({**fields, "email": f"reader{number}@d{number % _DOMAINS}.example", "website": ""}).encode()
    head = (
        "POST /subscribe HTTP/1.1",
        "Host: news.quay.example",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) benchmark",
        "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en",
        f"X-Forwarded-For: 198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@contextmanager
def _serving(desk: Newsdesk) -> Iterator[str]:
    """Run `digest serve` while the block lasts; give its address."""
    log = desk.folder / "serve.log"
    with log.open("w") as errors:
        server = subprocess.Popen(
            [sys.executable, "-u", "-c", "from digest.cli import main; main()", "serve", "--port", "0"],
            cwd=desk.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        said = server.stdout.readline() if server.stdout else ""
        found = re.search(r"http://\S+:\d+/", said)
        if not found:
            raise SystemExit(f"digest serve said {said!r}; {log.read_text()}")
        yield found[0]
    finally:
        server.terminate()
        server.communicate()
