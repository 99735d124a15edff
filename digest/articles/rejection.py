"""Why something given as an article was not taken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from digest.errors import DigestError

P = ParamSpec("P")
T = TypeVar("T")
_LONGEST_REASON = 200


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


def attempt(where: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Rejection:
    """Return what *read* makes of its arguments, or why it could not, as the rejection of what stands at *where*."""
    try:
        return read(*args, **kwargs)
    except RejectedError as error:
        return Rejection(where, str(error))
    except Exception as error:  # noqa: BLE001  (a file that nobody foresaw must not end the import of the others)
        reason = " ".join(str(error).split())[:_LONGEST_REASON]
        return Rejection(where, f"can't be read, an unforeseen {type(error).__name__}: {reason}")
