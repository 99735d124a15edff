"""The journal of a sending process: what it had begun and what it was answered, kept where kill -9 can't reach (law 6).

A file for each process, mapped into its memory: what is stored there is the system's at once, which keeps it when the
process dies and loses it only with the machine. A write call would do the same, but it lets go of the interpreter's
lock, and the event loop waits milliseconds to have it back from a busy thread.

It is locked for as long as its process lives, so a journal whose lock can be had belongs to a dead one; no clock has a
say in this. The folder must lie on a disk of this machine, or on one whose locks can be trusted.

A journal that grows is rolled into segments: `<sender>.journal`, `<sender>.1.journal` and so on. A file of that name
has its lock, its heading and all its room from the first moment: it is made under another name (`.opening`). So a full
disk is met there, where it is an error, and not in the mapping, where it would be the end of the process. (A disk that
copies what it overwrites, as btrfs does, may be full there all the same; then we die, and are sorted out as the dead.)
"""

import errno
import fcntl
import mmap
import os
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Self

from digest.delivery.journal_lines import LONGEST_LINE, Heading, answered_line, begun_line, heading_line
from digest.delivery.outcome import Outcome
from digest.errors import DigestError

SUFFIX = ".journal"
OPENING = ".opening"
LARGE = 4_000_000  # octets: some 30,000 messages
ROOM = 2_000_000  # for what comes between being large and being rolled
AGAIN = 100_000  # after so much more a roll that failed is tried again
_FULL = (errno.ENOSPC, "there is no room left in the journal")
_CLOSED = (errno.EBADF, os.strerror(errno.EBADF))
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
        self._file = _Segment(self._path, heading_line(heading), LARGE + ROOM)
        self._large = LARGE
        self._awaited: set[int] = set()
        self._unsaid: list[bytes] = []

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
        return self._file.length >= self._large

    def begins(self, subscriber_id: int, attempt: int) -> None:
        """Note that the final dot of a message is about to be written.

        Raises:
            OSError: it is not noted, so the dot must not be written; or an earlier answer is not noted yet.
        """
        # A full segment may have room for the shorter line and not for the longer: what begins would add up to ever
        # more unknown. So nothing begins before all answers are noted, nor where its own would not find room.
        while self._unsaid:
            self._note(self._unsaid[-1], len(self._awaited))
            self._unsaid.pop()
        self._note(begun_line(subscriber_id, attempt), len(self._awaited) + 1)
        self._awaited.add(subscriber_id)

    def answered(self, subscriber_id: int, attempt: int, outcome: Outcome, at: datetime) -> None:
        """Note the outcome of a message, *at* an instant. For one that has begun there is always room.

        Raises:
            OSError: it is not noted yet; if this process dies before it or the ledger has it, the message stays unknown
                or, as it had not begun, is queued again.
        """
        line = answered_line(subscriber_id, attempt, outcome, at)
        self._awaited.discard(subscriber_id)
        try:
            self._note(line, len(self._awaited))
        except OSError:
            self._unsaid.append(line)
            raise

    def roll(
        self, in_flight: Iterable[tuple[int, int]], unrecorded: Iterable[tuple[int, int, Outcome, datetime]]
    ) -> None:
        """Start the next segment with what is still of use, and remove the former.

        *in_flight* is (subscriber, attempt) of what has begun and has no answer, and of nothing else: all of it would
        be unknown if we died.
        *unrecorded* is (subscriber, attempt, outcome, at) of every answer that is not committed to the ledger, those
        whose transaction is under way included.

        Raises:
            OSError: the next segment can't be made; the former goes on and is large again when it is a little longer.
        """
        lines = [heading_line(self._heading)]
        awaited: set[int] = set()
        for subscriber_id, attempt in in_flight:
            lines.append(begun_line(subscriber_id, attempt))
            awaited.add(subscriber_id)
        lines += [answered_line(*answered) for answered in unrecorded]
        former, file = self._path, self._file
        self._segment += 1
        try:
            self._file = _Segment(self._path, b"".join(lines), LARGE + ROOM + len(awaited) * LONGEST_LINE)
        except OSError:
            self._segment -= 1
            self._large = file.length + AGAIN
            raise
        self._large, self._awaited, self._unsaid = self._file.length + LARGE, awaited, []
        former.unlink(missing_ok=True)
        file.let_go()

    def close(self) -> None:
        """Remove the journal. Everything that it tells must be in the ledger."""
        self._path.unlink(missing_ok=True)
        self._file.let_go()

    def leave(self) -> None:
        """Let go of the journal and keep the file: whoever looks next sorts out what it tells."""
        self._file.let_go()

    @property
    def _path(self) -> Path:
        number = f".{self._segment}" if self._segment else ""
        return self._folder / f"{self._heading.sender}{number}{SUFFIX}"

    def _note(self, line: bytes, awaited: int) -> None:
        """Write *line* where there is room for it and for the answers of *awaited* messages."""
        try:
            self._file.append(line, awaited * LONGEST_LINE)
        except OSError:
            self._large = 0  # whatever its size, it must be rolled now
            raise


class _Segment:
    """One file of a journal: locked, of a fixed size and mapped. Nobody ever sees it without *content* or unlocked.

    After *content* it has room for *room* octets, which are NUL until they are written.
    """

    def __init__(self, path: Path, content: bytes, room: int) -> None:
        opening = path.with_suffix(OPENING)
        self._file = _create_locked(opening)
        try:
            self._memory = _mapped(self._file, len(content) + room)
            self._memory[: len(content)] = content
            opening.rename(path)
        except OSError:
            opening.unlink(missing_ok=True)
            os.close(self._file)
            raise
        self.length = len(content)
        self._size = len(content) + room

    def append(self, line: bytes, spare: int) -> None:
        """Write *line* where that leaves *spare* octets.

        Raises:
            OSError: it does not, or the file has been let go.
        """
        start = self.length
        end = start + len(line)
        if end + spare > self._size:
            raise OSError(*(_FULL if self._size else _CLOSED))
        # Killed in between, we may leave any part of it. Its first octet goes last: without it it's no line.
        self._memory[start + 1 : end] = line[1:]
        self._memory[start] = line[0]
        self.length = end

    def let_go(self) -> None:
        """Unlock the file; nothing can be appended any more."""
        self._size = 0
        self._memory.close()
        os.close(self._file)


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


def _mapped(file: int, octets: int) -> mmap.mmap:
    _reserve(file, octets)
    memory = mmap.mmap(file, octets)
    memory.madvise(mmap.MADV_RANDOM)  # or the first store reads all of it ahead, for milliseconds
    return memory


def _reserve(file: int, octets: int) -> None:
    """Let *file* have *octets* of the disk, of which none will be wanting later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, octets)
    elif os.pwrite(file, bytes(octets), 0) != octets:  # macOS
        raise OSError(*_FULL)


def _create_locked(path: Path) -> int:
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if is_at(file, path):
            return file
        os.close(file)  # whoever tidies up after the dead was between our opening and our locking
