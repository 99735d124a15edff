"""A story's score: whole points in named parts, each with its reason, which always add up to it."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What one thing about a story brings it: whole points, perhaps negative, and why, in plain words."""

    name: str
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a story by what they were given for. Without parts it is a score that nobody kept."""

    parts: tuple[Part, ...] = ()

    @property
    def total(self) -> int:
        """Return the sum of the parts."""
        return sum(part.points for part in self.parts)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return every part in plain words with its points."""
        return tuple(f"{part.why} ({part.points:+})" for part in self.parts)

    def as_json(self) -> str:
        """Return the parts as a JSON list, for a column."""
        return json.dumps([asdict(part) for part in self.parts], ensure_ascii=False)


UNSCORED = Score()


def score_from_json(stored: str | None) -> Score:
    """Return the score that `Score.as_json` wrote; None, from a version that kept no scores, is one without parts."""
    return Score(tuple(Part(**part) for part in json.loads(stored or "[]")))
