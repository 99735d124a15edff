"""The envelope: what the relay is told beside the message."""

import re
from dataclasses import dataclass

# White space, control characters and angle brackets would end a path or a command and begin another.
_UNSPEAKABLE = re.compile("[\0-\x20\x7f-\x9f\xa0<>\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The bounce address and the one recipient (D01). The bounce address may be empty: then nothing bounces.

    Raises:
        ValueError: an address could break out of the command that carries it, or there is no recipient.
    """

    sender: str
    recipient: str

    def __post_init__(self) -> None:
        if not self.recipient or _UNSPEAKABLE.search(self.recipient) or _UNSPEAKABLE.search(self.sender):
            raise ValueError("an envelope's addresses hold no white space, control characters or angle brackets")

    @property
    def is_ascii(self) -> bool:
        """Say whether any relay can read it; else only one that offers SMTPUTF8 (RFC 6531)."""
        return self.recipient.isascii() and self.sender.isascii()

    @property
    def commands(self) -> tuple[bytes, bytes]:
        """Return MAIL and RCPT with their line ends."""
        option = "" if self.is_ascii else " SMTPUTF8"
        return f"MAIL FROM:<{self.sender}>{option}\r\n".encode(), f"RCPT TO:<{self.recipient}>\r\n".encode()
