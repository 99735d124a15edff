"""How many deliveries to claim at once: as many as are begun before they go stale. Pure; moments: monotonic seconds."""

from dataclasses import dataclass, field

LARGEST = 1000
# The next ones are claimed when half of these are left, so the last of them begins after 0.4 s; fresh is half a second.
BEGUN_WITHIN_SECONDS = 0.27


@dataclass
class ChunkSize:
    """Learns from one claim to the next: a slow relay gets one at a time, and little is claimed in vain."""

    size: int
    handed_out: int = 0
    _stocked: tuple[float, int] | None = field(default=None, repr=False)
    _dry_since: float | None = field(default=None, repr=False)

    def ran_dry(self, now: float) -> None:
        """Hear that there is nothing to hand out: the time from now on says nothing of the relay."""
        if self._dry_since is None:
            self._dry_since = now

    def stocked(self, now: float) -> None:
        """Hear that there is something to hand out again, and know from what was since the last time how many fit."""
        if self._stocked:
            since, before = self._stocked
            self._learn(self.handed_out - before, (self._dry_since or now) - since)
        self._stocked, self._dry_since = (now, self.handed_out), None

    def went_stale(self) -> None:
        """Claim fewer next time."""
        self.size = max(self.size // 2, 1)

    def _learn(self, letters: int, seconds: float) -> None:
        if letters:
            in_time = letters * BEGUN_WITHIN_SECONDS / seconds if seconds else LARGEST
            self.size = max(min(int(in_time), 2 * self.size, LARGEST), 1)
