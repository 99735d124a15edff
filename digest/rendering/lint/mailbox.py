"""One mailbox, as From and To hold it."""

import re
from dataclasses import dataclass

from digest.rendering.lint.encoded_words import decode_words

ADDRESS = r"[^<>@\s,;:()\[\]\"]+@[^<>@\s,;:()\[\]\"]+"
QUOTED = re.compile(rf'"((?:[^"\\]|\\.)*)"\s*<({ADDRESS})>')
PLAIN = re.compile(rf'([^"<>,;:()]*)<({ADDRESS})>')
BARE = re.compile(ADDRESS)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, decoded (empty where there is none), and an address as written."""

    name: str
    address: str

    @classmethod
    def parse(cls, value: str) -> "Mailbox | None":
        """Read a header's value; None unless it holds exactly one mailbox.

        The standard library's reader recurses on nested comments and lets several mailboxes pass as one.
        """
        value = value.strip()
        if quoted := QUOTED.fullmatch(value):
            return cls(re.sub(r"\\(.)", r"\1", quoted[1]), quoted[2])
        if plain := PLAIN.fullmatch(value):
            return cls(decode_words(plain[1]).strip(), plain[2])
        return cls("", value) if BARE.fullmatch(value) else None
