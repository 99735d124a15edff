"""How much is measured."""

from dataclasses import dataclass

# The audience of the runs whose cost is mostly the start of the processes, to be taken off the others'.
SMALL = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """How many messages a run sends, how often each is measured, and whether the million is sent to its end."""

    messages: int
    rounds: int
    whole_million: bool
