"""Python's interpreter, told what a sender is like."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 50_000
SOON_SECONDS = 0.000_5


@contextmanager
def tuned_for_sending() -> Iterator[None]:
    """Look for cycles rarely, and change threads soon; for the whole process, so for its main function only.

    A message leaves hundreds of objects and none in a cycle: looking for them after every 700 took a twentieth of the
    time. And a wire that wants the interpreter's lock back from the clerk has ten messages under way, which a relay
    takes within two milliseconds; by default it would not have it before five.
    """
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(RARELY, *threshold[1:])
    gc.freeze()  # what was made until now is here to stay
    sys.setswitchinterval(SOON_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
        gc.freeze()  # the process is about to end, and need not look through all of it first
