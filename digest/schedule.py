"""The heartbeat: APScheduler, which wakes whoever works and does nothing else (law 8).

Its jobs are cancelled when it is shut down, so none may ever hold work. It keeps nothing: what is due is asked of the
database at every beat.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

_DEFAULTS = {
    "misfire_grace_time": None,  # a beat that is hours late, after a laptop slept, is the one that matters most
    "coalesce": True,  # and one makes up for all that were missed
    "max_instances": 1,
}


@contextmanager
def beating(seconds: float, wake: Callable[[], object]) -> Iterator[None]:
    """Call *wake* every so many *seconds* while the block lasts, in the running event loop."""
    # That executor calls at once, in the loop; any other makes a task or a thread of it, which the end would cancel.
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": DebugExecutor()},
        job_defaults=_DEFAULTS,
        timezone=UTC,
    )
    scheduler.add_job(wake, IntervalTrigger(seconds=seconds, timezone=UTC), name="heartbeat")
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
