"""Watching a holder from outside: when it may be taken for dead. Pure; seconds are of the watcher's monotonic clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life: who gave it, and the how-manieth."""

    holder: str
    beats: int


class Watch:
    """Tells a holder that is silent from one that lives, by no clock but the watcher's own.

    It is dead when the same sign was seen for *patience_seconds* by a watcher that looked all the while: one who was
    asleep, or could not reach the database, begins anew, for the other may have been no better off.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._sign: Sign | None = None
        self._since = 0.0
        self._looked_at = 0.0

    def is_dead(self, sign: Sign, now: float) -> bool:
        """Take note of the *sign* that is there *now*; say whether it has been there too long."""
        if sign != self._sign or now - self._looked_at > self._patience / 2:
            self._sign, self._since = sign, now
        self._looked_at = now
        return now - self._since >= self._patience
