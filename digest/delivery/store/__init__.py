"""The SQL of the ledger: the audience, claims, what became of them, and the closing equation."""

from digest.delivery.store.abandoned import ABANDONED, BEGUN, DEAD_AFTER, Sorted, beat, mark_abandoned, sort_out
from digest.delivery.store.audience import Waves, audience_size, freeze_audience, zones_of_readers
from digest.delivery.store.claims import LEFT, Claim, claim, give_back, give_back_strays, in_hand
from digest.delivery.store.outcomes import Attempted, record
from digest.delivery.store.relays import record_relays
from digest.delivery.store.sums import (
    DEADLINE_PASSED,
    NEVER_TRIED,
    Queue,
    closing,
    forget_deadlines,
    give_up_queue,
    next_wave,
    queue,
    resolve_unknown,
    settle,
)

__all__ = [
    "ABANDONED",
    "BEGUN",
    "DEADLINE_PASSED",
    "DEAD_AFTER",
    "LEFT",
    "NEVER_TRIED",
    "Attempted",
    "Claim",
    "Queue",
    "Sorted",
    "Waves",
    "audience_size",
    "beat",
    "claim",
    "closing",
    "forget_deadlines",
    "freeze_audience",
    "give_back",
    "give_back_strays",
    "give_up_queue",
    "in_hand",
    "mark_abandoned",
    "next_wave",
    "queue",
    "record",
    "record_relays",
    "resolve_unknown",
    "settle",
    "sort_out",
    "zones_of_readers",
]
