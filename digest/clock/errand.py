"""An errand: a piece of work in a process of its own.

So building an edition makes no reader wait for a page, and what goes wrong in one errand ends that one only. Its
process finishes what it has begun when it is told to stop, and also when the process that sent it is gone.
"""

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import uvloop

from digest.delivery.crew import ENDINGS
from digest.delivery.interpreter import tuned_for_sending
from digest.logs import last_words

_SPAWNING = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Report:
    """What an errand came to: whether it is done or to be tried again, in which words, and whether all is well."""

    is_done: bool
    is_well: bool
    words: str

    @classmethod
    def trouble(cls, words: str) -> "Report":
        """Return the report of an errand that is to be tried again."""
        return cls(is_done=False, is_well=False, words=words)


class Stopping:
    """The wish that an errand stop: how it is done may be known only after it was asked for."""

    def __init__(self) -> None:
        self.is_asked = False
        self._how: Callable[[], object] = lambda: None

    def ask(self) -> None:
        """Stop, at once or as soon as it is known how."""
        self.is_asked = True
        self._how()

    def by(self, how: Callable[[], object]) -> None:
        """Learn *how* to stop."""
        self._how = how
        if self.is_asked:
            how()


Work = Callable[..., Awaitable[Report]]


class Errand:
    """Runs *work* with *arguments* and a `Stopping` in a process of its own; all must be fit to be handed to one."""

    def __init__(self, work: Work, *arguments: Any) -> None:
        # Nothing is ever said on our end: that it is closed tells the process that we are gone.
        self._held, self._theirs = _SPAWNING.Pipe()
        self._process = _SPAWNING.Process(target=_run, args=(work, arguments, self._theirs))
        self._is_told = False

    def start(self) -> None:
        """Start its process."""
        self._process.start()
        self._theirs.close()

    def stop(self) -> None:
        """Let it finish what it has begun and end.

        Told once: when it is done it hears nothing any more, and a second time would end it before it has reported.
        """
        if self._is_told:
            return
        self._is_told = True
        if self._process.is_alive():
            self._process.terminate()

    def kill(self) -> None:
        """End it now, whatever it has in hand."""
        self._process.kill()

    async def ended(self) -> Report:
        """Wait for its end; return what it came to."""
        await asyncio.to_thread(self._process.join)
        with suppress(EOFError, OSError):  # it died before it could say anything
            if self._held.poll():
                report: Report = self._held.recv()
                return report
        return Report.trouble(self._end())

    def close(self) -> None:
        """Let go of it; its process must have ended."""
        self._held.close()
        self._process.close()

    def _end(self) -> str:
        code = self._process.exitcode or 0
        return f"its process was ended by signal {-code}" if code < 0 else f"its process ended with exit code {code}"


def _run(work: Work, arguments: tuple[Any, ...], leash: Connection) -> None:
    """Be the errand: the main function of its process."""
    with last_words(), tuned_for_sending():
        report = uvloop.run(_work(work, arguments, leash))
    with suppress(BrokenPipeError):  # nobody is there to hear it; the rows tell all
        leash.send(report)


async def _work(work: Work, arguments: tuple[Any, ...], leash: Connection) -> Report:
    events, stopping = asyncio.get_running_loop(), Stopping()
    for number in ENDINGS:
        events.add_signal_handler(number, stopping.ask)

    def let_go() -> None:
        events.remove_reader(leash.fileno())
        stopping.ask()

    events.add_reader(leash.fileno(), let_go)
    try:
        return await work(*arguments, stopping)
    finally:
        events.remove_reader(leash.fileno())
