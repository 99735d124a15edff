"""One run of `digest send`, measured from outside and from its ledger."""

import json
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from benchmarks.memory import watched_peak
from benchmarks.newsdesk import Newsdesk
from digest.database import Database
from digest.delivery.tables import Delivery
from digest.editions.tables import EditionRow


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to.

    `rate` is in messages a second, from the moment when every process had its first message accepted to the last
    message: the start of processes and the publishing are not in it, claims, ledger and journal are. `cpu` is all that
    the command and its processes used, in seconds, their start too. `to_first` is from the start of publishing to the
    first message accepted, `to_first_from_command` from the start of the command, in seconds. `peak` is the largest
    memory that one process ever had resident, in bytes.
    """

    rate: float
    cpu: float
    seconds: float
    to_first: float
    to_first_from_command: float
    peak: int
    closing: dict[str, int]

    @property
    def is_closed(self) -> bool:
        """Say whether the closing equation adds up, what is still queued counted in."""
        parts = ("sent", "failed", "unknown", "skipped", "deferred")
        return self.closing["eligible"] == sum(self.closing[part] for part in parts)


def sent_by(desk: Newsdesk, stop_after: float | None = None) -> Run:
    """Send the edition of *desk*; ask the command to leave *stop_after* seconds, if given.

    Raises:
        SystemExit: it could not send at all, or left something open that it was not asked to.
    """
    began, began_at, used = time.perf_counter(), datetime.now(UTC), _cpu_of_children()
    with desk.begin_sending() as sending:
        peak = watched_peak(sending.pid)
        alarm = _stopping(sending, stop_after)
        out, err = sending.communicate()
        alarm()
    seconds, cpu = time.perf_counter() - began, _cpu_of_children() - used
    if not out or (sending.returncode and stop_after is None):
        raise SystemExit(f"digest send left with {sending.returncode}: {err or out}")
    closing = {part: count for part, count in json.loads(out).items() if isinstance(count, int)}
    return _told_by_ledger(desk, began_at, seconds, cpu, peak(), closing)


def _told_by_ledger(
    desk: Newsdesk, began_at: datetime, seconds: float, cpu: float, peak: int, closing: dict[str, int]
) -> Run:
    database = Database(desk.database_url)
    with database.reading() as session:
        firsts, lasts = _spans(session)
        since, until = max(firsts), max(lasts)
        counted = session.exec(
            select(func.count()).where(Delivery.status == "sent", col(Delivery.changed_at) > since)
        ).one()
        recorded = session.exec(select(EditionRow.recorded_at)).one()
    database.close()
    return Run(
        rate=counted / (until - since).total_seconds(),
        cpu=cpu,
        seconds=seconds,
        to_first=(min(firsts) - recorded).total_seconds(),
        to_first_from_command=(min(firsts) - began_at).total_seconds(),
        peak=peak,
        closing=closing,
    )


def _spans(session: Session) -> tuple[list[datetime], list[datetime]]:
    """Return when each process had its first and its last message accepted."""
    spans = session.exec(
        select(func.min(Delivery.changed_at), func.max(Delivery.changed_at))
        .where(Delivery.status == "sent")
        .group_by(col(Delivery.claimed_by))
    ).all()
    if not spans:
        raise SystemExit("digest send sent nothing")
    return [first for first, _ in spans], [last for _, last in spans]


def _stopping(sending: subprocess.Popen[str], after: float | None) -> Callable[[], None]:
    """Ask *sending* to leave *after* seconds; return what calls that off."""
    if after is None:
        return lambda: None
    timer = threading.Timer(after, sending.send_signal, [signal.SIGTERM])
    timer.start()
    return timer.cancel


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
