"""The journals that dead senders left, and the names of those that live."""

import fcntl
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from digest.delivery.journal import OPENING, SUFFIX, is_at, this_boot
from digest.delivery.journal_lines import Answered, Heading, IllegibleError, read_heading, read_story

ILLEGIBLE = ".illegible"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traces:
    """What a dead sender left behind: answers, and readers whose message had begun and was not answered.

    `same_boot` says that the system has run on since. `certain` says that besides nothing is missing or
    illegible: then whoever is not named had not begun.
    """

    sender: str
    edition_id: int
    same_boot: bool
    answered: tuple[Answered, ...]
    begun: frozenset[int]
    certain: bool


@dataclass
class AbandonedJournal:
    """A dead sender's journal, held so that nobody else sorts it out too, until `remove` or `release`."""

    sender: str
    _held: dict[Path, int] = field(repr=False)  # oldest segment first

    def is_about(self, database_mark: str) -> bool:
        """Say whether it tells of that database. One without a heading tells of none, and is set aside."""
        if not self._held:
            return False
        try:
            return self._heading().database_mark == database_mark
        except IllegibleError:
            for path in self._held:
                path.rename(path.with_suffix(ILLEGIBLE))
            _log.warning("the journal of sender %s has no heading; it is kept as *%s", self.sender, ILLEGIBLE)
            return False

    def read(self) -> Traces:
        """Return what it tells. A line that can't be read makes the whole uncertain, and is told to the log."""
        heading = self._heading()
        story = read_story(map(_content, self._held.values()))
        if story.illegible:
            _log.warning("the journal of sender %s has %d lines that can't be read", self.sender, story.illegible)
        same_boot = heading.boot is not None and heading.boot == this_boot()
        certain = same_boot and not story.illegible
        return Traces(heading.sender, heading.edition_id, same_boot, story.answered, story.begun, certain)

    def remove(self) -> None:
        """Remove its files; the ledger has what they told."""
        for path in self._held:  # the oldest first: a later segment makes the earlier ones needless
            path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let go of it; what was not removed may be sorted out by another."""
        _let_go(self._held)

    def _heading(self) -> Heading:
        return read_heading(_content(list(self._held.values())[-1]))


def abandoned(folder: Path, database_mark: str) -> list[AbandonedJournal]:
    """Return the journals in *folder*, about that database, whose senders are dead; none where there is no folder.

    Those that another process is just sorting out are not among them. What a sender left that died while it opened
    its journal is removed; a journal whose heading was lost with the machine's power is set aside.
    """
    _remove_unopened(folder)
    found = []
    for sender in _segments(folder):
        journal = AbandonedJournal(sender, _take_all(folder, sender))
        if journal.is_about(database_mark):
            found.append(journal)
        else:
            journal.release()
    return found


def living(folder: Path) -> set[str]:
    """Return the senders whose journals in *folder* are locked: they live, whatever their heartbeat says."""
    # Looked for twice: one may begin its next segment, and remove the former, between our listing and our looking.
    return _with_lock(folder) | _with_lock(folder)


def _with_lock(folder: Path) -> set[str]:
    return {sender for sender, segments in _segments(folder).items() if any(map(_is_locked, segments))}


def _segments(folder: Path) -> dict[str, list[Path]]:
    """Return each sender's files, the oldest first."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in filter(Path.is_file, folder.glob(f"*{SUFFIX}")):
        sender, _, number = path.name.removesuffix(SUFFIX).partition(".")
        if not number or number.isdecimal():
            found.setdefault(sender, []).append((int(number or 0), path))
    return {sender: [path for _, path in sorted(numbered)] for sender, numbered in sorted(found.items())}


def _take_all(folder: Path, sender: str) -> dict[Path, int]:
    """Lock every segment of *sender*, the oldest first; none when one of them is somebody else's."""
    held: dict[Path, int] = {}
    try:
        for path in _segments(folder).get(sender, []):
            with suppress(FileNotFoundError):  # rolled on, or sorted out, since we looked
                held[path] = _take(path)
    except BlockingIOError:
        return _let_go(held)
    except OSError as error:
        _log.warning("the journal of sender %s in %s can't be looked into: %s", sender, folder, error.strerror)
        return _let_go(held)
    # It may have rolled on after we looked and have died before we locked: then the newest tells what we did not see.
    # With every lock ours there is nobody to roll on any more.
    return held if list(held) == _segments(folder).get(sender, []) else _let_go(held)


def _take(path: Path) -> int:
    """Open and lock *path*.

    Raises:
        BlockingIOError: it is locked: its sender lives, or another process sorts it out.
        FileNotFoundError: it has gone meanwhile.
    """
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_at(file, path):
            raise FileNotFoundError(path)
    except OSError:
        os.close(file)
        raise
    return file


def _let_go(held: dict[Path, int]) -> dict[Path, int]:
    while held:
        os.close(held.popitem()[1])
    return held


def _is_locked(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True  # it was there a moment ago: rolled on by a sender that lives, or just sorted out
    except OSError:
        return False  # not ours to open: its heartbeat must tell
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two that look don't take each other for a sender
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(file)


def _remove_unopened(folder: Path) -> None:
    for path in filter(Path.is_file, folder.glob(f"*{OPENING}")):
        with suppress(BlockingIOError, FileNotFoundError, PermissionError):
            file = _take(path)
            path.unlink(missing_ok=True)
            os.close(file)


def _content(file: int) -> bytes:
    with open(file, "rb", closefd=False) as opened:
        opened.seek(0)
        return opened.read()
