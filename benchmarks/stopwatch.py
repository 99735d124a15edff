"""The stopwatch: how long a call takes at best."""

import time
from collections.abc import Callable


def best_seconds(act: Callable[[], object], times: int) -> float:
    """Return the least time of five runs, each of *times* calls, per call."""
    act()
    runs = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            act()
        runs.append((time.perf_counter() - began) / times)
    return min(runs)
