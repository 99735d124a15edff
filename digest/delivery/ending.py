"""How a conversation with a relay ended, and whether that says anything of the relay."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")


class EndingKind(StrEnum):
    """The ways in which a conversation ends."""

    FINISHED = "finished"  # we were asked to
    LIMIT = "limit"  # it has carried as many messages as one connection may
    ABORTED = "aborted"  # we were told to drop it
    UNWRITTEN = "unwritten"  # we could not write down what we were about to send
    LOST = "lost"  # the relay closed it, was busy, fell silent or could not be followed
    REFUSED = "refused"  # the relay takes no mail from us at all


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a conversation is over, in *words* about the relay ("it …") that hold no address.

    *was_busy* says that a message was announced or on its way at the end. *code* is the relay's, where it gave one.
    """

    kind: EndingKind
    words: str
    was_busy: bool = False
    code: int | None = None

    @property
    def is_trouble(self) -> bool:
        """Say whether it ended against our will."""
        return self.kind in (EndingKind.LOST, EndingKind.REFUSED, EndingKind.UNWRITTEN)

    @property
    def is_refusal(self) -> bool:
        """Say whether the relay takes no mail from us, whoever it is for."""
        return self.kind is EndingKind.REFUSED


def without_addresses(words: str) -> str:
    """Return *words* fit for a log: relays quote addresses, and a bounce address holds a reader's token."""
    return _ADDRESS.sub("(address)", words)
