"""Who a newsletter's mail is from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Who a newsletter's mail is from. `bounce_domain` None leaves bounces to *sender* (D01)."""

    sender: str
    reply_to: str | None
    bounce_domain: str | None

    @property
    def domain(self) -> str:
        """Return the domain of the From address, which names messages and lists."""
        return self.sender.rpartition("@")[2]
