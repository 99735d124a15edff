"""What one attempt to deliver came to, read off the relay's reply."""

import re
from dataclasses import dataclass
from enum import StrEnum

# No database stores these in a text: relays that answer in another charset than UTF-8 give lone surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")


class OutcomeKind(StrEnum):
    """The four ends of an attempt."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `reply` is the relay's own text, or ours where the relay said nothing (D03)."""

    kind: OutcomeKind
    code: int | None
    enhanced_code: str | None
    reply: str


def outcome_of_reply(code: int, reply: str) -> Outcome:
    """Return what a reply *code* with its text means: 2xx sent, 5xx failed, all else deferred.

    The enhanced code is read from the text (RFC 3463, RFC 2034 §4). This is the only place that translates
    codes (trap T21); a code outside 200-599 is no promise of anything and counts as deferred.
    """
    found = _ENHANCED.match(reply)
    kind = {2: OutcomeKind.SENT, 5: OutcomeKind.FAILED}.get(code // 100, OutcomeKind.DEFERRED)
    return Outcome(kind, code, found.group(1) if found else None, _UNSTORABLE.sub("\ufffd", reply))


def not_begun(why: str) -> Outcome:
    """Return the outcome of an attempt that ended before the message was sent: it may be made again."""
    return Outcome(OutcomeKind.DEFERRED, None, None, _UNSTORABLE.sub("\ufffd", why))


def unanswered(why: str) -> Outcome:
    """Return the outcome of an attempt whose message may have gone out without a reply (law 6)."""
    return Outcome(OutcomeKind.UNKNOWN, None, None, _UNSTORABLE.sub("\ufffd", why))
