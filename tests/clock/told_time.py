"""A clock that shows what a test tells it, in this process and in those it starts, and a pace for tests."""

import os
from datetime import datetime
from pathlib import Path

from digest.clock.clock import Pace

FILE = "TOLD_TIME"
QUICKLY = Pace(beat_seconds=0.05, patience_seconds=2.0, retry_seconds=0.1, settle_seconds=0.1, grace_seconds=30)


def told_time() -> datetime:
    """Read the time (UTC) that was told last."""
    return datetime.fromisoformat(Path(os.environ[FILE]).read_text(encoding="utf-8"))


def tell_time(moment: datetime) -> None:
    """Let it be *moment* now, for everybody at once."""
    file = Path(os.environ[FILE])
    fresh = file.with_suffix(".new")
    fresh.write_text(moment.isoformat(), encoding="utf-8")
    fresh.replace(file)
