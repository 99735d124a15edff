"""How many deliveries to claim at once: as many as are begun before they go stale. Pure."""

from dataclasses import dataclass

LARGEST = 1000


@dataclass
class ChunkSize:
    """Doubles when more was wanted and was there, until some went stale; then it is halved, and grows by an eighth.

    So it comes to what is begun in time, a slow relay gets one at a time, and little is claimed in vain.
    """

    size: int
    _doubles: bool = True

    def used_up(self) -> None:
        """Claim more next time."""
        more = self.size if self._doubles else max(self.size // 8, 1)
        self.size = min(self.size + more, LARGEST)

    def went_stale(self) -> None:
        """Claim fewer next time."""
        self._doubles = False
        self.size = max(self.size // 2, 1)
