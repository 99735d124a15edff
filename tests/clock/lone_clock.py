"""A clock in a process of its own, to be killed: `lone_clock.py FOLDER`. Its time is told in a file.

With `[alerts] to` it has a watchdog.
"""

import logging
import signal
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

from told_time import QUICKLY, told_time

from digest.alerts.watchdog import watchdog_running
from digest.clock.clock import clock_running
from digest.configuration import load_settings
from digest.database import Database

if __name__ == "__main__":
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    settings = load_settings(Path(sys.argv[1]) / "digest.toml", {})
    database = Database(settings.database.url.get_secret_value())
    is_watched = bool(settings.alerts.to)  # or what operators are told would stand among what readers get
    watchdog = watchdog_running(settings, database, told_time, look_seconds=0.2) if is_watched else nullcontext()
    with watchdog, clock_running(settings, database, told_time, lambda words: print(words, file=sys.stderr), QUICKLY):  # noqa: T201
        ended.wait()
    database.close()
