"""Why something given as an article was not taken."""

from dataclasses import dataclass

from digest.errors import DigestError


@dataclass(frozen=True, slots=True)
class Rejection:
    """One file, line or entry that was not taken, and why.

    `where` is the path, `path:line` in a .jsonl file, or `path (article 3)` in a .json list; `reason` says
    what is wrong and what would mend it.
    """

    where: str
    reason: str


class RejectedError(DigestError, ValueError):
    """What was read can't become an article; the message is the reason of a `Rejection`."""
