"""What goes out on a connection: how much of it waits in our own memory, and whether a final dot is among it."""

import asyncio

# TLS adds some octets to what waits; where it can't be told, the dot counts as out.
_ADDED = 1024


class Outflow:
    """Writes to *transport*, and knows how it is taken. Its protocol passes on to it `held` and `released`."""

    def __init__(self, transport: asyncio.Transport) -> None:
        # To be told as soon as anything has to wait in our own memory (high=0 makes TLS transports call every
        # empty buffer full).
        transport.set_write_buffer_limits(high=1, low=0)
        self.is_held = False
        self.has_waited = False
        self._transport = transport
        self._left = 0
        self._behind = 0

    def write(self, *pieces: bytes, behind: int = 0) -> None:
        """Write *pieces*; the last *behind* octets come after a final dot. `has_waited` tells of these words only."""
        words = b"".join(pieces)
        self._left, self._behind, self.has_waited = len(words), behind, self.is_held
        self._transport.write(words)

    def held(self) -> None:
        """Hear that what was written does not all leave at once."""
        self.is_held = self.has_waited = True

    def released(self) -> None:
        """Hear that all has left."""
        self.is_held = False

    @property
    def has_moved(self) -> bool:
        """Say whether anything has left since this was asked last."""
        left = self._transport.get_write_buffer_size()
        before, self._left = self._left, left
        return left < before

    @property
    def holds_dot(self) -> bool:
        """Say whether a final dot that was written has certainly not left."""
        return self.is_held and self._transport.get_write_buffer_size() > self._behind + _ADDED
