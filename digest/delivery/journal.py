"""The journal of a sending process: what it had begun and what it was answered, kept where kill -9 can't reach (law 6).

A file for each process, appended to by plain writes: the system keeps them when the process dies, and loses them only
with the machine. It is locked for as long as its process lives, so a journal whose lock can be had belongs to a dead
one; no clock has a say in this. The folder must lie on a disk of this machine, or on one whose locks can be trusted.

A journal that grows is rolled into segments: `<sender>.journal`, `<sender>.1.journal` and so on. A file of that name
has its lock and its heading from the first moment: both are made under another name (`.opening`).
"""

import errno
import fcntl
import os
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Self

from digest.delivery.journal_lines import Heading, answered_line, begun_line, heading_line
from digest.delivery.outcome import Outcome
from digest.errors import DigestError

SUFFIX = ".journal"
OPENING = ".opening"
LARGE = 4_000_000  # octets: some 30,000 messages
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class JournalError(DigestError):
    """No journal can be kept, so nothing may be sent: a crash would leave nobody knowing who was mailed."""


class Journal:
    """What one process writes while it sends one edition. To be used from one thread.

    The lock would pass on to a child that is forked and not executed; start helpers by spawning them.
    """

    def __init__(self, folder: Path, heading: Heading) -> None:
        self._folder = folder
        self._heading = heading
        self._segment = 0
        self._file, self._length = _create(self._path, heading_line(heading))
        self._large = LARGE
        self._unsaid = b""

    @classmethod
    def open(cls, folder: Path, sender_id: str, edition_id: int, database_mark: str, now: datetime) -> Self:
        """Begin the journal of *sender_id* in *folder*, which is made where it is missing (mode 0700).

        *now* is in UTC.

        Raises:
            JournalError: the folder or the file can't be made.
        """
        heading = Heading(sender_id, edition_id, database_mark, this_boot(), socket.gethostname(), now)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(folder, heading)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise JournalError(f"no journal can be kept in {folder} ([smtp] journal): {reason}") from error

    @property
    def is_large(self) -> bool:
        """Say whether it is time to `roll`."""
        return self._length >= self._large

    def begins(self, subscriber_id: int, attempt: int) -> None:
        """Note that the final dot of a message is about to be written.

        Raises:
            OSError: it is not noted, so the dot must not be written; or an earlier answer is not noted yet.
        """
        # A full disk may have room for the shorter line and not for the longer: what begins would add up to ever more
        # unknown. So nothing begins before all answers are noted.
        self._append(self._unsaid + begun_line(subscriber_id, attempt))
        self._unsaid = b""

    def answered(self, subscriber_id: int, attempt: int, outcome: Outcome, at: datetime) -> None:
        """Note the outcome of a message, *at* an instant.

        Raises:
            OSError: it is not noted yet; if this process dies before it or the ledger has it, it stays unknown.
        """
        self._unsaid += answered_line(subscriber_id, attempt, outcome, at)
        self._append(self._unsaid)
        self._unsaid = b""

    def roll(
        self, in_flight: Iterable[tuple[int, int]], unrecorded: Iterable[tuple[int, int, Outcome, datetime]]
    ) -> None:
        """Start the next segment with what is still of use, and remove the former.

        *in_flight* is (subscriber, attempt) of what has begun and has no answer, and of nothing else: all of it would
        be unknown if we died.
        *unrecorded* is (subscriber, attempt, outcome, at) of every answer that is not committed to the ledger, those
        whose transaction is under way included.

        Raises:
            OSError: the next segment can't be written; the former goes on and is large again after as much more.
        """
        lines = [heading_line(self._heading)]
        lines += [begun_line(*begun) for begun in in_flight]
        lines += [answered_line(*answered) for answered in unrecorded]
        former, file = self._path, self._file
        self._segment += 1
        try:
            self._file, self._length = _create(self._path, b"".join(lines))
        except OSError:
            self._segment -= 1
            self._large = self._length + LARGE
            raise
        self._large, self._unsaid = self._length + LARGE, b""
        former.unlink(missing_ok=True)
        os.close(file)

    def close(self) -> None:
        """Remove the journal. Everything that it tells must be in the ledger."""
        self._path.unlink(missing_ok=True)
        self._let_go()

    def leave(self) -> None:
        """Let go of the journal and keep the file: whoever looks next sorts out what it tells."""
        self._let_go()

    def _let_go(self) -> None:
        file, self._file = self._file, -1  # its number may soon be another file's: nothing may be written there
        os.close(file)

    @property
    def _path(self) -> Path:
        number = f".{self._segment}" if self._segment else ""
        return self._folder / f"{self._heading.sender}{number}{SUFFIX}"

    def _append(self, line: bytes) -> None:
        # At our own length and not at the file's end, so that nothing can ever follow a torn line.
        try:
            _write(self._file, line, self._length)
        except OSError:
            os.ftruncate(self._file, self._length)
            raise
        self._length += len(line)


def this_boot() -> str | None:
    """Return the name of this run of the system, or None where it has none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or None
    except OSError:
        return None


def is_at(file: int, path: Path) -> bool:
    """Say whether the open *file* is still the one at *path*."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _create(path: Path, content: bytes) -> tuple[int, int]:
    """Create *path* so that nobody ever sees it without *content* or unlocked; return the file and its length."""
    opening = path.with_suffix(OPENING)
    file = _create_locked(opening)
    try:
        _write(file, content, 0)
        opening.rename(path)
    except OSError:
        opening.unlink(missing_ok=True)
        os.close(file)
        raise
    return file, len(content)


def _write(file: int, content: bytes, offset: int) -> None:
    if os.pwrite(file, content, offset) != len(content):
        raise OSError(errno.ENOSPC, "only a part of it was written")


def _create_locked(path: Path) -> int:
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if is_at(file, path):
            return file
        os.close(file)  # whoever tidies up after the dead was between our opening and our locking
