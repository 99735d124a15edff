"""Whether the clock that is in charge lives, as seen from outside. Seconds are of the watcher's monotonic clock."""

from digest.clock.watch import Sign, Watch

PATIENCE_SECONDS = 120.0


class Heart:
    """Watches the signs of life of whoever holds the lease.

    One that a clock with a schedule follows within half a minute is nobody's business: the silence must last longer.
    """

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._watch = Watch(patience_seconds)
        self._last: Sign | None = None

    def beats(self, sign: Sign | None, now: float) -> bool | None:
        """Say whether the heart beats, None where that is not known yet; without a *sign* nobody is in charge."""
        if sign is None:
            self._last = None
            return True
        if self._watch.is_dead(sign, now):
            return False
        before, self._last = self._last, sign
        return True if before is not None and before != sign else None
