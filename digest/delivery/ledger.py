"""The rules of the ledger: what a delivery can be, and where an outcome leads. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.delivery.outcome import Outcome, OutcomeKind


class DeliveryStatus(StrEnum):
    """Where one reader's copy stands."""

    QUEUED = "queued"  # to be sent, for the first time or again
    CLAIMED = "claimed"  # a sender has it in hand
    SENT = "sent"  # the relay took responsibility
    FAILED = "failed"  # refused for good, or not taken before the deadline
    UNKNOWN = "unknown"  # DATA may have gone out and no reply was seen: never blindly repeated (law 6)
    SKIPPED = "skipped"  # the reader left, or must not be mailed, since the audience was frozen


OPEN = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.CLAIMED})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a deferred delivery waits: *first*, doubled with every attempt, at most *longest*."""

    first: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger is to say after an attempt; `next_attempt_at` (UTC) matters while it is queued."""

    status: DeliveryStatus
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing equation of an edition: `eligible = sent + failed + unknown + skipped + deferred`.

    `deferred` counts what is not settled yet; it is 0 once the edition is.
    """

    eligible: int
    sent: int
    failed: int
    unknown: int
    skipped: int
    deferred: int

    @classmethod
    def of(cls, eligible: int, counts: Mapping[DeliveryStatus, int]) -> "Closing":
        """Set the *eligible* counted when the audience was frozen against its deliveries' *counts* by status."""
        return cls(
            eligible=eligible,
            sent=counts.get(DeliveryStatus.SENT, 0),
            failed=counts.get(DeliveryStatus.FAILED, 0),
            unknown=counts.get(DeliveryStatus.UNKNOWN, 0),
            skipped=counts.get(DeliveryStatus.SKIPPED, 0),
            deferred=sum(counts.get(status, 0) for status in OPEN),
        )

    @property
    def missing(self) -> int:
        """Return how many readers the ledger has lost: 0, or it was tampered with or damaged."""
        return self.eligible - (self.sent + self.failed + self.unknown + self.skipped + self.deferred)

    @property
    def is_settled(self) -> bool:
        """Say whether nothing is left to do."""
        return self.deferred == 0

    @property
    def is_whole(self) -> bool:
        """Say whether everybody who should have got the edition did."""
        return self.deferred == self.failed == self.unknown == self.missing == 0

    def __str__(self) -> str:
        open_ = f" + {self.deferred:,} deferred" if self.deferred else ""
        open_ += f" + {self.missing:,} MISSING FROM THE LEDGER" if self.missing else ""
        return (
            f"{self.eligible:,} eligible = {self.sent:,} sent + {self.failed:,} failed"
            f" + {self.unknown:,} unknown + {self.skipped:,} skipped{open_}"
        )


def verdict(
    outcome: Outcome, attempts: int, now: datetime, deadline: datetime, patience: Patience, jitter: float
) -> Verdict:
    """Return what becomes of a delivery after its attempt number *attempts* (from 1).

    A deferred one is tried again after `first * 2**(attempts - 1)`, at most `longest`, shortened by up to
    half by *jitter* (0-1), so that a provider's refusals do not all come back at once; but at once after a
    first lost connection, which says nothing about the reader. One whose next try would lie past *deadline*
    fails now. 5xx is final (RFC 5321 §4.2.1); what may have gone out is unknown.
    """
    if outcome.kind is not OutcomeKind.DEFERRED:
        return Verdict(_SETTLED[outcome.kind], now)
    wait = min(patience.first * 2 ** min(attempts - 1, _DOUBLINGS), patience.longest)
    at_once = attempts == 1 and outcome.code is None
    again = now if at_once else now + wait * (1 - jitter / 2)
    return Verdict(DeliveryStatus.QUEUED, again) if again < deadline else Verdict(DeliveryStatus.FAILED, now)


def some_jitter() -> float:
    """Return a random share between 0 and 1 for `verdict`."""
    return random.random()  # noqa: S311 - spreads retries, guards no secret


_DOUBLINGS = 16  # a second has become a day by then; many more, and a timedelta overflows
_SETTLED = {
    OutcomeKind.SENT: DeliveryStatus.SENT,
    OutcomeKind.FAILED: DeliveryStatus.FAILED,
    OutcomeKind.UNKNOWN: DeliveryStatus.UNKNOWN,
}
