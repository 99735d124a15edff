"""The pace for each recipient domain: when the next message to it may begin. Time is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass

SOON = 0.25
LEAST_BURST = 2.0
EVERY_OTHER = "*"
_FORGET_ABOVE = 10_000


@dataclass(slots=True)
class _Line:
    """What is given out for one domain, in seconds of the caller's clock."""

    taken_until: float
    promised_until: float


class DomainPace:
    """Spaces the messages to each domain so that it gets no more than its rate (D06).

    *rates* are messages a second for each domain, `"*"` for each one not named; a domain without either is unlimited.
    *share* is the part of them that is this process's, greater than 0, at most 1. A slot at most *soon* seconds away
    is taken at once, for a message that is held until then; a later one is only promised.

    In any span of t seconds at most `rate * share * t + burst` slots are taken, where the burst is what one second
    allows, and 2 at the least (GCRA). With 1 whoever came a moment late would have lost that moment for good, and at
    one message a second that is a tenth of the rate each time. A slot that is taken and not used is lost: a domain
    may get less than its rate, never more.
    """

    def __init__(self, rates: Mapping[str, float], share: float = 1.0, soon: float = SOON) -> None:
        self._rates = dict(rates)
        self._share = share
        self._soon = soon
        self._lines: dict[str, _Line] = {}
        self._forget_above = _FORGET_ABOVE

    @property
    def is_set(self) -> bool:
        """Say whether there is any rate to be kept."""
        return bool(self._rates)

    def slot(self, domain: str, now: float) -> float:
        """Return the moment (monotonic seconds, like *now*) at which a message to *domain* may begin.

        Up to *soon* after *now* the slot is the caller's. A later moment is no slot: let the message wait in the
        queue until then, and ask again. These moments stand in line, so that not all who wait come back at once.
        """
        rate = self._rates.get(domain, self._rates.get(EVERY_OTHER))
        if rate is None:
            return now
        line = self._line(domain, now)
        own = rate * self._share
        free = max(line.taken_until, now)
        moment = max(now, free - (max(LEAST_BURST, own) - 1) / own)
        if moment <= now + self._soon:
            line.taken_until = free + 1 / own
            return moment
        # At the whole rate, not our share of it: any process may be the one that claims it then, and a slot that
        # nobody comes for is lost, while one who comes too early only stands in line again.
        line.promised_until = max(line.promised_until + 1 / rate, moment)
        return line.promised_until

    def _line(self, domain: str, now: float) -> _Line:
        line = self._lines.get(domain)
        if line is None:
            self._forget(now)
            line = self._lines[domain] = _Line(now, now)
        return line

    def _forget(self, now: float) -> None:
        """Forget domains whose time is past, so that a million of them cost no memory."""
        if len(self._lines) < self._forget_above:
            return
        busy = {name: line for name, line in self._lines.items() if max(line.taken_until, line.promised_until) > now}
        self._lines = busy
        self._forget_above = max(_FORGET_ABOVE, 2 * len(self._lines))
