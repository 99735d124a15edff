"""The stamp of a form: when it was handed out, vouched for, so that its age is known when it comes back (S08)."""

import hmac
import re
from datetime import UTC, datetime, timedelta

from subscribers.tokens import Keyring

_PURPOSE = "stamp"
_SHAPE = re.compile(r"([0-9]{1,15})-([0-9a-f]{32})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)


def stamp(keyring: Keyring, now: datetime) -> str:
    """Return the stamp of a form that is handed out *now* (UTC)."""
    ticks = str((now - _EPOCH) // _TICK)
    return f"{ticks}-{keyring.fingerprint(_PURPOSE, ticks)}"


def age_of(text: str, keyring: Keyring, now: datetime) -> timedelta | None:
    """Return how old the stamp *text* is at *now* (UTC), to the millisecond; None when it is none of ours.

    Of one that another machine's clock handed out the age may be negative.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    ticks, vouched = shape.groups()
    if not hmac.compare_digest(keyring.fingerprint(_PURPOSE, ticks), vouched):
        return None
    return (now - _EPOCH) // _TICK * _TICK - int(ticks) * _TICK
