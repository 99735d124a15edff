"""Python's collector of cycles, told that a sender makes much and none of it in cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 50_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage in cycles once in 50,000 new objects; for the whole process, so for its main function only.

    A message leaves hundreds of objects and none in a cycle: looking for them took a twentieth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(RARELY, *before[1:])
    gc.freeze()  # what was made until now is here to stay
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
