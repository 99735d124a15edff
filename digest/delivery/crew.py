"""The crew: the sender processes that deliver one edition together.

They share nothing but the database: work is shared by claims. The first is the process that was called; the others are
spawned, end by themselves when all is settled, and finish what they have begun when they are told to, or when the
first is gone.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import uvloop

from digest.database import Database
from digest.delivery.interpreter import tuned_for_sending
from digest.delivery.ledger import Closing, Patience
from digest.delivery.outlets import Share, most_processes, outlets_of
from digest.delivery.pacing import DomainPace
from digest.delivery.proof import compile_for
from digest.delivery.publishing import Published
from digest.delivery.pulse import SenderName
from digest.delivery.sending import SendingLoop, Terms
from digest.logs import last_words, speaking_of, start_logging
from digest.settings import Settings, SmtpSettings

# A process takes about half a second to start: one that has less than this to deliver is not worth it.
READERS_EACH = 2000
# What asks us to leave: Ctrl-C, the system, a terminal that is closed.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SPAWNING = multiprocessing.get_context("spawn")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a sender process needs to know.

    *clock* gives the time in UTC; to be handed to a spawned process, it must be a plain function. *wait* and
    *between_waves* are as in `Terms`.
    """

    settings: Settings
    published: Published
    clock: Callable[[], datetime]
    wait: bool = True
    between_waves: bool = True


def crew_size(smtp: SmtpSettings, open_deliveries: int) -> int:
    """Return how many processes are worth while for so many deliveries, each with an outlet of its own."""
    wanted = smtp.processes or os.cpu_count() or 1
    return max(1, min(wanted, most_processes(smtp), -(-open_deliveries // READERS_EACH)))


def sending_loop(
    database: Database,
    assignment: Assignment,
    share: Share,
    on_progress: Callable[[Closing], None] | None = None,
) -> SendingLoop:
    """Make the loop of the process with this *share* of connections and pace."""
    settings, published, smtp = assignment.settings, assignment.published, assignment.settings.smtp
    edition = published.edition
    return SendingLoop(
        database=database,
        outlets=outlets_of(settings, share),
        edition=edition,
        compiled=compile_for(settings, edition.newsletter, edition.schedule.local_date, published.artifact),
        sender=SenderName(id=str(uuid.uuid4()), host=f"{socket.gethostname()} {os.getpid()}"),
        terms=Terms(
            deadline=edition.schedule.deadline,
            patience=patience_of(smtp),
            journals=smtp.journal,
            pace=DomainPace(smtp.domain_rates, 1 / share.of, soon=0),  # the queue waits, not we
            wait=assignment.wait,
            between_waves=assignment.between_waves,
        ),
        clock=assignment.clock,
        on_progress=on_progress,
    )


def patience_of(smtp: SmtpSettings) -> Patience:
    """Return how long deferred deliveries wait, as the configuration has it."""
    return Patience(
        first=timedelta(seconds=smtp.retry_first_seconds),
        longest=timedelta(seconds=smtp.retry_max_seconds),
        resends_unknown=smtp.unknown == "resend",
    )


class Crew:
    """The spawned processes of one edition."""

    def __init__(self, assignment: Assignment, size: int) -> None:
        # The other end stays open in this process for as long as it lives: its end tells the crew that we are gone.
        self._leash, held = _SPAWNING.Pipe(duplex=False)
        self._held = held
        self._is_told = False  # told before it can hear, a process ends at once, with nothing in hand
        self._members = [
            _SPAWNING.Process(target=_work, args=(assignment, Share(index, size), self._leash), daemon=True)
            for index in range(1, size)
        ]

    def start(self) -> None:
        """Start them all."""
        for member in self._members:
            member.start()
        self._leash.close()

    def stop(self) -> None:
        """Tell them to finish what they have begun and claim no more."""
        self._is_told = True
        for member in self._members:
            if member.is_alive():
                member.terminate()

    async def ended(self) -> None:
        """Wait until each has ended; say so where one failed: what it had in hand is in its journal."""
        for member in self._members:
            await asyncio.to_thread(member.join)
            if member.exitcode and not (self._is_told and member.exitcode == -signal.SIGTERM):
                _log.error("sender process %s ended with %s; the others went on", member.pid, _exit(member))
        self._held.close()


@contextmanager
def crew(assignment: Assignment, size: int) -> Iterator[Crew]:
    """Start *size* - 1 further processes, and stop what is left of them when the block is left by an error."""
    members = Crew(assignment, size)
    members.start()
    try:
        yield members
    except BaseException:
        members.stop()
        raise


def _work(assignment: Assignment, share: Share, leash: Connection) -> None:
    """Be one of the crew: the main function of a spawned process."""
    start_logging(assignment.settings.logging)
    edition = assignment.published.edition
    database = Database(assignment.settings.database.url.get_secret_value())
    try:
        with speaking_of(edition.newsletter, edition.schedule.local_date), last_words(), tuned_for_sending():
            uvloop.run(_send(database, assignment, share, leash))
    finally:
        database.close()


async def _send(database: Database, assignment: Assignment, share: Share, leash: Connection) -> None:
    sender = sending_loop(database, assignment, share)
    events = asyncio.get_running_loop()
    for number in ENDINGS:
        events.add_signal_handler(number, sender.stop)
    events.add_reader(leash.fileno(), _let_go, events, leash, sender)
    await sender.run()


def _let_go(events: asyncio.AbstractEventLoop, leash: Connection, sender: SendingLoop) -> None:
    """Stop when the process that called us is gone: there is nobody any more who could tell us to."""
    events.remove_reader(leash.fileno())
    sender.stop()


def _exit(member: SpawnProcess) -> str:
    code = member.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"
