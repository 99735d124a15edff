"""Leaving, as the sending loop sees it: when it is certain that no further copy is begun for a reader (law 5)."""

import time
from collections.abc import Callable

from digest.database import Database
from digest.delivery import store
from digest.delivery.letter import STILL_FRESH_SECONDS

# Whoever holds a claim begins it within this time of having read the reader's standing, or gives it back.
LONGEST_SECONDS = STILL_FRESH_SECONDS + 0.5
_LOOK_SECONDS = 0.02


def wait_until_not_in_hand(
    database: Database, subscription_id: int, pause: Callable[[float], None] = time.sleep
) -> None:
    """Return once no sender has a copy for this subscription that it could still begin.

    To be called when the reader's leaving is committed: what is claimed from then on is skipped, and what was claimed
    before is out, given back or settled soon, some seconds later at the most. Mostly nothing is in hand, and it returns
    at once.
    """
    give_up_at = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < give_up_at:
        with database.reading() as session:
            if not store.in_hand(session, subscription_id):
                return
        pause(_LOOK_SECONDS)
