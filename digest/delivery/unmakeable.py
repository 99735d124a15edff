"""A message that can't be made: a fault of ours with one reader's copy, which must not cost the others theirs."""

import logging

from digest.delivery.ending import without_addresses
from digest.delivery.outcome import Outcome, OutcomeKind, not_begun

_log = logging.getLogger(__name__)


def outcome_of_unmakeable(error: Exception) -> Outcome:
    """Log *error*, which kept a message from being made, and return the final outcome for its reader."""
    words = without_addresses(f"its message can't be made: {type(error).__name__}: {error}")
    _log.error("a reader gets nothing: %s", words, exc_info=error)
    return not_begun(words)._replace(kind=OutcomeKind.FAILED)
