"""How much is measured."""

from dataclasses import dataclass

from digest.delivery.crew import READERS_EACH

# The audience of the runs whose cost is mostly the start of the processes, to be taken off the others'. It is large
# enough for two to be started.
SMALL = 2 * READERS_EACH


@dataclass(frozen=True, slots=True)
class Terms:
    """How many messages a run sends, how often each is measured, and whether the million is sent to its end."""

    messages: int
    rounds: int
    whole_million: bool
