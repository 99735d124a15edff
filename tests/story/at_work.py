"""A newsroom at work: `digest serve` as a process, a database, and an SMTP server that keeps what it gets."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk_folder import Digest, digest_in
from newsroom import CUTOFF, NEWSLETTER, SECRET, configure, enlist, stock
from sqlalchemy import MetaData
from sqlmodel import select
from warm_start import nursery

from digest.database import Database
from digest.demo.catcher import Catcher
from digest.demo.opened import OpenedMail, open_mail
from subscribers.tables import Subscriber, Subscription
from subscribers.tokens import keyring

RING = keyring([SECRET])
PATIENCE_SECONDS = 30
# Below the ports that outgoing connections are given: a port chosen here is not taken meanwhile.
PORTS = range(20_000, 32_000)
Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class AtWork:
    """`base` is where `digest serve` answers, `digest` runs a command, `catcher` has every mail that left."""

    base: str
    digest: Digest
    database: Database
    catcher: Catcher

    def mails(self, recipient: str) -> list[OpenedMail]:
        """Every mail to *recipient* until now, in order of arrival."""
        return [open_mail(mail) for mail in self.catcher.caught if mail.recipient == recipient]

    def mail(self, recipient: str, number: int = 1) -> OpenedMail:
        """The mail with this *number* to *recipient*, once it is there."""
        wait_for(lambda: len(self.mails(recipient)) >= number, f"mail {number} to {recipient}")
        return self.mails(recipient)[number - 1]

    def send(self, day: int, first: int) -> None:
        """Send the edition that closes *day* days after the first one, with stories from number *first* on."""
        stock(self.database, cutoff=CUTOFF + timedelta(days=day), first=first)
        date = (CUTOFF + timedelta(days=day)).date().isoformat()
        sent = self.digest("send", NEWSLETTER, "--date", date, "--late")
        assert sent.code == 0, sent.out + sent.err

    def standings(self, email: str) -> dict[str, str]:
        """Where a reader stands with each newsletter; empty for nobody."""
        return {newsletter: status for newsletter, status, _ in self._subscriptions(email)}

    def subscription(self, email: str, newsletter: str = NEWSLETTER) -> int:
        """The number of a reader's subscription."""
        return next(number for slug, _, number in self._subscriptions(email) if slug == newsletter)

    def _subscriptions(self, email: str) -> Sequence[tuple[str, str, int | None]]:
        with self.database.reading() as session:
            return session.exec(
                select(Subscription.newsletter, Subscription.status, Subscription.id)
                .join(Subscriber)
                .where(Subscriber.email == email)
            ).all()

    def every_row(self) -> Rows:
        """Every row of every table, to show that nothing changed."""
        with self.database.engine.connect() as connection:
            there = MetaData()  # not the models', of which some may not be loaded
            there.reflect(connection)
            return {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in there.sorted_tables
            }


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    """Wait until *is_so*, which must not take long."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"waited {PATIENCE_SECONDS} s for {what}"
        time.sleep(0.02)


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def newsroom_at_work(folder: Path, database: Database, readers: int = 1, more: str = "") -> Iterator[AtWork]:
    """Serve a newsroom with some *readers* from *folder* while the block lasts, out of a blank *database*."""
    with Catcher() as catcher:
        base = f"http://127.0.0.1:{_free_port()}"
        settings = configure(folder, database.url, catcher.url, more=more)
        path = folder / "digest.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(settings.site.base_url, base), encoding="utf-8")
        with closing(database):
            enlist(database, readers)
            with _serving(folder, base):
                yield AtWork(base, digest_in(folder), database, catcher)


@contextmanager
def _serving(folder: Path, base: str) -> Iterator[None]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    log = folder / "serve.log"
    log.touch()
    serve = ("--config", str(folder / "digest.toml"), "serve", "--no-schedule", "--port", base.rpartition(":")[2])
    process = nursery().start(serve, folder, clean, Path(os.devnull), log)
    try:
        wait_for(lambda: _answers(base) or process.poll() is not None, "the server")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_SECONDS)
    assert (code, log.read_text(encoding="utf-8")) == (0, "")


def _answers(base: str) -> bool:
    host, _, port = base.removeprefix("http://").partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
