"""The rules of the ledger: what a delivery can be, and where an outcome leads. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

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
    """How long a deferred delivery waits: *first*, doubled with every attempt, at most *longest*.

    *resends_unknown* is the policy `unknown = "resend"`: what may or may not have gone out is tried again like what
    was deferred, under the same Message-ID (law 6).
    """

    first: timedelta
    longest: timedelta
    resends_unknown: bool = False


class Verdict(NamedTuple):
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
    first lost connection, or a relay's closing it (421), which say nothing about the reader. One whose next try
    would lie past *deadline* fails now. 5xx is final (RFC 5321 §4.2.1). What may have gone out is unknown, unless
    *patience* says to try it again and there is time.
    """
    if outcome.kind is OutcomeKind.DEFERRED:
        or_else = DeliveryStatus.FAILED
    elif outcome.kind is OutcomeKind.UNKNOWN and patience.resends_unknown:
        or_else = DeliveryStatus.UNKNOWN
    else:
        return Verdict(_SETTLED[outcome.kind], now)
    again = now + _wait(outcome, attempts, patience, jitter)
    return Verdict(DeliveryStatus.QUEUED, again) if again < deadline else Verdict(or_else, now)


def some_jitter() -> float:
    """Return a random share between 0 and 1 for `verdict`."""
    return random.random()  # noqa: S311 - spreads retries, guards no secret


def _wait(outcome: Outcome, attempts: int, patience: Patience, jitter: float) -> timedelta:
    if attempts == 1 and outcome.code in _SAYS_NOTHING_OF_THE_READER:
        return timedelta(0)
    doubled: timedelta = patience.first * 2 ** min(attempts - 1, _DOUBLINGS)
    return min(doubled, patience.longest) * (1 - jitter / 2)


# None: the connection was lost; 421: the relay closes it (RFC 5321 §4.2.1).
_SAYS_NOTHING_OF_THE_READER = frozenset({None, 421})
_DOUBLINGS = 16  # a second has become a day by then; many more, and a timedelta overflows
_SETTLED = {
    OutcomeKind.SENT: DeliveryStatus.SENT,
    OutcomeKind.FAILED: DeliveryStatus.FAILED,
    OutcomeKind.UNKNOWN: DeliveryStatus.UNKNOWN,
}
