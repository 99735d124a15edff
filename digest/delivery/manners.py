"""How a conversation with a relay is to be had."""

from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.envelope import Envelope
from digest.delivery.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Manners:
    """How to converse: what the relay's EHLO offered, and what we keep to.

    A reply may take *timeout_seconds*; after *messages* messages we leave. *objection* says what came of an envelope
    that must not be spoken of at all, None for all others.
    """

    pipelining: bool
    timeout_seconds: float
    messages: int
    objection: Callable[[Envelope], Outcome | None]
