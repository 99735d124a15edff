"""One mail by itself: a test mail, or any other that is in no ledger."""

from dataclasses import dataclass, field

from digest.delivery.conversation import Conversation
from digest.delivery.envelope import Envelope
from digest.delivery.outcome import Outcome


@dataclass(eq=False)
class SingleMail:
    """A parcel that is its own supplier: handed out once, then the conversation is to finish.

    `outcome` stays None where the relay said nothing of the recipient.
    """

    envelope: Envelope
    message: bytes = field(repr=False)
    outcome: Outcome | None = None
    _is_out: bool = False

    @property
    def is_fresh(self) -> bool:
        """Say yes: there is no ledger in which anything could change."""
        return True

    def content(self) -> bytes:
        """Return the message."""
        return self.message

    def next_parcel(self, conversation: Conversation) -> "SingleMail | None":
        """Hand itself out, once."""
        if self._is_out:
            conversation.finish()
            return None
        self._is_out = True
        return self

    def begins(self, _parcel: "SingleMail") -> None:
        """Go ahead: there is no ledger to tell."""

    def answered(self, _parcel: "SingleMail", outcome: Outcome) -> None:
        """Keep what it came to."""
        self.outcome = outcome

    def returned(self, _parcel: "SingleMail") -> None:
        """Leave it at that: `outcome` stays None."""
