"""A letter: one reader's copy on its way, what the wire carries for a claim."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from digest.delivery.dot_stuffing import Dotless
from digest.delivery.envelope import Envelope
from digest.delivery.message import CompiledEdition
from digest.delivery.store import Claim

# A claim may be handed out this long after its transaction read the reader's standing; then it is claimed anew, and so
# it is when a slow relay that takes one command at a time has not come to DATA after the second span (law 5).
FRESH_SECONDS = 0.5
STILL_FRESH_SECONDS = 4.0


@dataclass(eq=False, slots=True)
class Letter:
    """A claim with all that is said for it. It may be handed out until *fresh_until* (monotonic seconds)."""

    claim: Claim
    envelope: Envelope
    fresh_until: float
    _message: bytes
    has_begun: bool = False

    @classmethod
    def write(cls, claim: Claim, fresh_until: float, compiled: CompiledEdition, now: datetime) -> Self:
        """Write what the reader of *claim* gets, dated *now*.

        Raises:
            ValueError: the reader's address or name can't be written to.
        """
        envelope = Envelope(compiled.sender_for(claim.reader), claim.reader.address)
        return cls(claim, envelope, fresh_until, compiled.message_for(claim.reader, now))

    @property
    def is_fresh(self) -> bool:
        """Say whether DATA may still be said: its reader's standing was read lately (law 5)."""
        return time.monotonic() < self.fresh_until + STILL_FRESH_SECONDS - FRESH_SECONDS

    def content(self) -> Dotless:
        """Return the wire bytes; no line of a compiled message begins with a dot."""
        return Dotless(self._message)
