"""What a conversation carries, and who hands it out."""

from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.delivery.dot_stuffing import Dotless
from digest.delivery.envelope import Envelope
from digest.delivery.outcome import Outcome

if TYPE_CHECKING:
    from digest.delivery.conversation import Conversation


class Parcel(Protocol):
    """One message for one reader."""

    @property
    def envelope(self) -> Envelope:
        """Return where it goes, and where it comes back to."""

    @property
    def is_fresh(self) -> bool:
        """Say whether it may still be begun: the reader's standing was read lately (law 5).

        Asked just before DATA where that is said alone, long after the parcel was handed out perhaps.
        """

    def content(self) -> bytes | Dotless:
        """Return the wire bytes with CRLF line ends, dots not stuffed; asked once, just before they are written.

        A `Dotless` is written as it is. An exception fails this reader for good, and no other (law 10).
        """


P = TypeVar("P", bound=Parcel)


class Supplier(Protocol[P]):
    """Hands out parcels and hears what becomes of them; every call is made in the event loop's thread.

    For each parcel handed out there is exactly one call of `answered` or `returned`; `begins` comes before it where
    the final dot may have gone out. An exception from any of them drops the connection and is raised to who awaits
    `Conversation.ended`; only `begins` may raise OSError.
    """

    def next_parcel(self, conversation: "Conversation", /) -> P | None:
        """Return a parcel to be announced at once; None when there is none until `Conversation.wake`."""

    def begins(self, parcel: P, /) -> None:
        """Hear that the final dot is about to be written, with the body or behind it.

        Raises:
            OSError: it can't be written down; then the dot is not sent, and the parcel returned.
        """

    def answered(self, parcel: P, outcome: Outcome, /) -> None:
        """Hear what the attempt came to."""

    def returned(self, parcel: P, /) -> None:
        """Take a parcel back that was not begun, or is not fresh any more; nothing was said against its reader."""
