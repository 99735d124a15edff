"""The errands that are under way, each known by a name, so that none is begun twice."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from digest.clock.errand import Errand, Report, Work

FAREWELL_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    errand: Errand
    seen_through: asyncio.Task[None]


class Errands:
    """Begins errands and sees them through; *hear* is told what each came to, by its name. For one event loop."""

    def __init__(self, hear: Callable[[str, Report], object]) -> None:
        self._hear = hear
        self._under_way: dict[str, _UnderWay] = {}
        self._not_before: dict[str, float] = {}

    def begin(self, name: str, pause_seconds: float, work: Work, *arguments: Any) -> None:
        """Begin the errand called *name*, unless it is under way, or it failed less than *pause_seconds* ago."""
        if name in self._under_way or time.monotonic() < self._not_before.get(name, 0.0):
            return
        self._not_before.pop(name, None)
        errand = Errand(work, *arguments)
        errand.start()
        task = asyncio.create_task(self._see_through(name, errand, pause_seconds), name=name)
        self._under_way[name] = _UnderWay(errand, task)

    def stop(self) -> None:
        """Let all finish what they have begun and end; wait for none."""
        for one in self._under_way.values():
            one.errand.stop()

    async def recall(self, grace_seconds: float) -> None:
        """Let all finish what they have begun and end; kill what takes longer than *grace_seconds*."""
        self.stop()
        if await self._all_end(grace_seconds):
            return
        for name, one in self._under_way.items():
            _log.error("%s did not end in time and was killed: what it had in hand is sorted out by the next one", name)
            one.errand.kill()
        await self._all_end(FAREWELL_SECONDS)

    async def _see_through(self, name: str, errand: Errand, pause_seconds: float) -> None:
        try:
            report = await errand.ended()
            errand.close()
        finally:
            del self._under_way[name]
        if not report.is_done:
            self._not_before[name] = time.monotonic() + pause_seconds
        self._hear(name, report)

    async def _all_end(self, seconds: float) -> bool:
        tasks = [one.seen_through for one in self._under_way.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return not self._under_way
