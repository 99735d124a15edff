"""A value that takes a while to find, found anew only so often."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
SHARE = 0.05  # of the time may be spent on finding it, however long that takes


class Kept(Generic[T]):
    """What *find* returns, asked again after *seconds* at the earliest; whoever asks meanwhile gets the last one.

    Of many threads that ask at once one finds it, and the others wait for that.
    """

    def __init__(self, find: Callable[[], T], seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._found: list[T] = []
        self._good_until = 0.0

    def get(self) -> T:
        """Return the value; what *find* raises is raised, and it is asked again the next time."""
        with self._lock:
            began = time.monotonic()
            if not self._found or began >= self._good_until:
                self._found = [self._find()]
                ended = time.monotonic()
                self._good_until = ended + max(self._seconds, (ended - began) / SHARE)
            return self._found[0]
