"""The editor's hand: what an editor decided about single stories of an edition, however it is composed again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

LEAD = "lead"
FRONT = "front"


class Act(StrEnum):
    """What an editor can decide about a story."""

    PIN = "pin"  # it stands in the edition, whatever its score, the caps, and what readers have had
    DROP = "drop"  # it does not
    MOVE = "move"  # it stands in the edition, and in this place
    UNDO = "undo"  # what was decided before counts no more


_DONE = {Act.PIN: "pinned", Act.DROP: "dropped", Act.MOVE: "moved", Act.UNDO: "left to the ranking"}


@dataclass(frozen=True, slots=True)
class Override:
    """One decision about the story at `url`, by whom and when (UTC).

    `place` is where `Act.MOVE` puts it: `LEAD`, `FRONT` (right under the lead), or a section's title.
    """

    act: Act
    url: str
    place: str | None
    editor: str
    at: datetime

    def __str__(self) -> str:
        where = f" to {self.place}" if self.place else ""
        return f"{_DONE[self.act]}{where} by {self.editor}, {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Hand:
    """The decisions that count for an edition, by URL in the order in which they were taken."""

    overrides: Mapping[str, Override] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, taken: Sequence[Override]) -> "Hand":
        """Return what counts of all decisions *taken*, the oldest first: of each story the newest."""
        newest: dict[str, Override] = {}
        for override in taken:
            newest.pop(override.url, None)
            newest[override.url] = override
        return cls({url: override for url, override in newest.items() if override.act is not Act.UNDO})

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the URLs of the stories that stand in the edition."""
        return tuple(url for url, override in self.overrides.items() if override.act is not Act.DROP)

    @property
    def lead(self) -> str | None:
        """Return the URL of the story that was last moved to the lead, or None."""
        moved = [url for url, override in self.overrides.items() if override.place == LEAD]
        return moved[-1] if moved else None

    def on(self, url: str) -> Override | None:
        """Return what counts for the story at *url*, or None."""
        return self.overrides.get(url)

    def drops(self, url: str) -> bool:
        """Say whether the story at *url* was dropped."""
        override = self.on(url)
        return override is not None and override.act is Act.DROP


NO_HAND = Hand()
