"""Why nothing was fetched."""

from datetime import timedelta

from digest.errors import DigestError


class NotFetchedError(DigestError):
    """A feed could not be fetched; the message is a sentence about it.

    `asked` is how long its server wants to be left alone. `for_host` says that its host is to blame and would give all
    others the same answer now.
    """

    def __init__(self, problem: str, asked: timedelta | None = None, *, for_host: bool = False) -> None:
        super().__init__(problem)
        self.asked = asked
        self.for_host = for_host
