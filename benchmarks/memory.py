"""The memory of a command and the processes it starts, as Linux tells it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

EVERY = 0.05
KIBIBYTE = 1024


def watched_peak(pid: int) -> Callable[[], int]:
    """Watch a process and what it starts from now on; return how to end that and get the largest one's peak, in bytes.

    The kernel keeps each process's peak, so that nothing is missed between two looks but the last moments.
    """
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(EVERY):
            peak = max(peak, *(_peak(each) for each in _family(pid)))

    def end() -> int:
        done.set()
        thread.join()
        return peak

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return end


def _family(pid: int) -> Iterator[int]:
    """Give *pid* and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _family(int(child))


def _peak(pid: int) -> int:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * KIBIBYTE
    return 0


def _read(file: Path) -> str:
    """Return what *file* says; nothing once its process is gone."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
