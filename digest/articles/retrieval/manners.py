"""Manners towards each host: one request at a time, a pause after it, and silence where it is asked for."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from digest.articles.retrieval.refusal import NotFetchedError

# A host that could not be reached so often is not asked again in this run.
MOST_UNREACHED = 2


@dataclass
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    unreached: int = 0
    silence: str = ""
    asked: timedelta | None = None


class Manners:
    """What each host can expect of us, for as long as one run; a host in *own_hosts* is not paused for."""

    def __init__(self, pause_seconds: float, own_hosts: Collection[str]) -> None:
        self._pause = pause_seconds
        self._own_hosts = own_hosts
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until it is our turn with the host called *name*, and hold it.

        Raises:
            NotFetchedError: The host is to be left alone: it said so, or it could not be reached.
        """
        host = self._hosts[name]
        async with host.turn:
            if host.silence:
                raise NotFetchedError(host.silence, host.asked)
            await self.pause(name)
            try:
                yield
            except NotFetchedError as error:
                self._hear(host, name, error)
                raise
            finally:
                host.free_at = asyncio.get_running_loop().time() + self._pause

    async def pause(self, name: str) -> None:
        """Wait out the pause after the last request to the host called *name*."""
        if name not in self._own_hosts:
            await asyncio.sleep(max(0.0, self._hosts[name].free_at - asyncio.get_running_loop().time()))

    def _hear(self, host: _Host, name: str, error: NotFetchedError) -> None:
        if not error.for_host:
            return
        host.unreached += 1
        if error.asked or host.unreached >= MOST_UNREACHED:
            host.silence = f"not asked: another feed of {name} had this answer a moment ago: {error}"
            host.asked = error.asked
