"""What a refusal is about: the address, the mailbox, or us (B04). Pure.

A relay's reply in the dialogue and a bounce that comes later go by the same rules (B06).
"""

import re
from enum import StrEnum


class RefusalClass(StrEnum):
    """Whom a refusal blames."""

    ADDRESS = "address"  # there is nobody there: never to be mailed again
    MAILBOX = "mailbox"  # there is somebody who can't be reached now; says something only when it goes on for days
    POLICY = "policy"  # our mail is not wanted, whoever it is for; says nothing of the reader
    UNCLEAR = "unclear"


# RFC 3463, RFC 5248, as message-standard.md sorts them (B04).
_ADDRESS = re.compile(r"5\.1\.([0-36]|10)|5\.2\.1")
_MAILBOX = re.compile(r"4\.\d+\.\d+|5\.2\.[23]")
_POLICY = re.compile(r"5\.[567]\.\d+|5\.3\.4")
_POLICY_WORDS = re.compile(
    r"\b(?:spf|dkim|dmarc|polic(?:y|ies)|block(?:s|ed|ing|list\w*)?|blacklist\w*|(?:anti-?)?spam\w*|reputation"
    r"|rates?|rate-?limit\w*)\b",
    re.IGNORECASE,
)
# From a word's beginning alone: tried from each of its characters, a long word would take the square of its length.
_BETWEEN_WORDS = r"\s<>()\[\]\"':;,="
_ADDRESSES = re.compile(f"(?<![^{_BETWEEN_WORDS}])[^{_BETWEEN_WORDS}@]+@[^{_BETWEEN_WORDS}]+")


def classify_refusal(enhanced_code: str | None, text: str) -> RefusalClass:
    """Return what a refusal with this *enhanced_code* (RFC 3463), if it has one, and *text* is about.

    Words about spf, dkim, dmarc, policy, blocking, spam, reputation or rate outweigh any code: some providers
    answer 5.1.1 to what they hold for spam. What such words stand in an address does not count: the reader chose it.
    """
    code = enhanced_code or ""
    # An underscore joins words for \b, and joins two words for people: over_rate_limit.
    if _POLICY.fullmatch(code) or _POLICY_WORDS.search(_ADDRESSES.sub(" ", text).replace("_", " ")):
        return RefusalClass.POLICY
    if _ADDRESS.fullmatch(code):
        return RefusalClass.ADDRESS
    if _MAILBOX.fullmatch(code):
        return RefusalClass.MAILBOX
    return RefusalClass.UNCLEAR
