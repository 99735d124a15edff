"""The lanes to a relay end when they are told to, whatever they are at."""

import asyncio
from typing import cast

from digest.delivery.lanes import Lanes
from digest.delivery.mailroom import Mailroom
from digest.delivery.relay import Relay, RelayUnavailableError


class HardOfHearing:
    """A relay whose connecting swallows a cancellation, as what it awaits may do when it ends at that very moment."""

    is_paced = False

    def __init__(self) -> None:
        self.is_connecting = asyncio.Event()

    async def converse(self, _supplier: object) -> None:
        """Give no session, and only when cancelled."""
        self.is_connecting.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise RelayUnavailableError("it gives no session") from None


def test_a_lane_that_did_not_hear_of_the_end_ends_all_the_same() -> None:
    async def live() -> None:
        relay = HardOfHearing()
        lanes = Lanes(cast("Relay", relay), 1, cast("Mailroom", None))
        async with asyncio.timeout(10), lanes.kept():
            lanes.resume()
            await relay.is_connecting.wait()

    asyncio.run(live())
