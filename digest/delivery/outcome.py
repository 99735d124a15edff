"""What one attempt to deliver came to, read off the relay's reply."""

import re
from enum import StrEnum
from typing import NamedTuple

# No database stores these in a text: relays that answer in another charset than UTF-8 give lone surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)").match
_FINAL = 5  # RFC 5321 §4.2.1


class OutcomeKind(StrEnum):
    """The four ends of an attempt."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(NamedTuple):
    """How an attempt ended; `reply` is the relay's own text, or ours where the relay said nothing (D03)."""

    kind: OutcomeKind
    code: int | None
    enhanced_code: str | None
    reply: str


def outcome_of_refusal(code: int, reply: str) -> Outcome:
    """Return what a reply means that came before the message was sent, and was not the one hoped for.

    5xx is final, all else may be tried again: nothing has been sent, so even an odd 2xx is no delivery.
    """
    return _outcome(OutcomeKind.FAILED if code // 100 == _FINAL else OutcomeKind.DEFERRED, code, reply)


def outcome_of_final_reply(code: int, reply: str) -> Outcome:
    """Return what the reply after the final dot means: 2xx sent, 4xx deferred, 5xx failed.

    Anything else, a reply that can't be read among it (code -1), says nothing of a message that has left:
    unknown (law 6). These two functions are the only places that translate codes (trap T21).
    """
    return _outcome(_KINDS.get(code // 100, OutcomeKind.UNKNOWN), code, reply)


def not_begun(why: str) -> Outcome:
    """Return the outcome of an attempt that ended before the message was sent: it may be made again."""
    return Outcome(OutcomeKind.DEFERRED, None, None, _UNSTORABLE.sub("\ufffd", why))


def unanswered(why: str) -> Outcome:
    """Return the outcome of an attempt whose message may have gone out without a reply (law 6)."""
    return Outcome(OutcomeKind.UNKNOWN, None, None, _UNSTORABLE.sub("\ufffd", why))


_KINDS = {2: OutcomeKind.SENT, 4: OutcomeKind.DEFERRED, _FINAL: OutcomeKind.FAILED}


def _outcome(kind: OutcomeKind, code: int, reply: str) -> Outcome:
    """Keep code and text; the enhanced code is read from the text (RFC 3463, RFC 2034 §4)."""
    found = _ENHANCED(reply)
    text = reply if reply.isascii() and "\0" not in reply else _UNSTORABLE.sub("\ufffd", reply)
    return Outcome(kind, code, found.group(1) if found else None, text)
