"""How many deliveries to claim at once: as many as are begun before they go stale. Pure."""

from dataclasses import dataclass

LARGEST = 1000


@dataclass
class ChunkSize:
    """Doubles when more was wanted and was there, halves when some went stale: a slow relay gets one at a time."""

    size: int

    def used_up(self) -> None:
        """Claim more next time."""
        self.size = min(self.size * 2, LARGEST)

    def went_stale(self) -> None:
        """Claim fewer next time."""
        self.size = max(self.size // 2, 1)
