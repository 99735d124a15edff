"""The frozen edition: what was previewed is what is approved is what is sent."""

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Artifact:
    """The rendered edition, with the sentinels of `slots` where readers differ."""

    subject: str
    html: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """Return the hexadecimal SHA-256 over subject, text and HTML, each led by its length in bytes."""
        seal = hashlib.sha256()
        for part in (self.subject, self.text, self.html):
            encoded = part.encode()
            seal.update(len(encoded).to_bytes(8, "big") + encoded)
        return seal.hexdigest()
