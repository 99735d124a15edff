"""The outlets: the configured relays, and the part of their connections and pace that one process gets."""

from dataclasses import dataclass

from digest.delivery.relay import Relay, RelayUnavailableError
from digest.settings import RelaySettings, Settings, SmtpSettings


@dataclass(frozen=True, slots=True)
class Share:
    """One process's part: number *index*, from 0, *of* so many."""

    index: int = 0
    of: int = 1

    def take(self, number: int) -> int:
        """Return this one's part of *number* equal things."""
        return number // self.of + (self.index < number % self.of)


WHOLE = Share()


@dataclass(frozen=True, slots=True)
class Outlet:
    """A relay, the connections this process may have with it, and whether it only stands by for the others."""

    relay: Relay
    connections: int
    stands_by: bool = False


def outlets_of(settings: Settings, share: Share = WHOLE) -> list[Outlet]:
    """Return the relays that a process with this *share* works with.

    None where it has no part of a relay that works: it could not see when one that stands by is needed. See
    `most_processes`.

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them (law 12).
    """
    outlets = []
    for relay, in_all in _connections(settings.smtp):
        part = share.take(in_all)
        # Made without a part of it too, as if it were all ours: law 12 is asked of every relay.
        line = Relay(relay, settings.smtp, local_only=settings.site.is_local, share=(part or in_all) / in_all)
        if part:
            outlets.append(Outlet(line, part, stands_by=relay.weight == 0))
    return outlets if any(not outlet.stands_by for outlet in outlets) else []


def most_processes(smtp: SmtpSettings) -> int:
    """Return how many processes can have a connection each with a relay that works, and does not only stand by."""
    return max(in_all for relay, in_all in _connections(smtp) if relay.weight)


def _connections(smtp: SmtpSettings) -> list[tuple[RelaySettings, int]]:
    """Return each relay with its connections over all processes.

    The heaviest relay gets all its connections, the others as many of theirs as their weight has it; one of weight 0
    gets all of its own when it is needed.
    """
    heaviest = max(relay.weight for relay in smtp.all_relays)
    return [
        (relay, max(1, round((relay.connections or 1) * (relay.weight or heaviest) / heaviest)))
        for relay in smtp.all_relays
    ]


async def require_relay(settings: Settings) -> None:
    """Refuse to go on when no relay gives a session.

    Raises:
        RelayUnavailableError: none does; the message names each with its reason.
    """
    reasons = []
    for outlet in outlets_of(settings):
        try:
            await outlet.relay.check()
        except RelayUnavailableError as error:
            reasons.append(str(error))
        else:
            return
    raise RelayUnavailableError("; ".join(reasons))
