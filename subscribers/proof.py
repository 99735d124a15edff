"""A proof of work: whoever fills in a form must run a script, and a processor for a moment (S08, altcha).

It keeps out what only posts. Who writes a solver pays some milliseconds a form: the limits hold against them.

The browser finds the number that a challenge was made from, by trying. A challenge is vouched for and not kept; that a
proof serves once only is for the tallies to see.
"""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from altcha.v1 import ChallengeOptions, create_challenge, extract_params, hmac_hex, verify_solution

from subscribers.tokens import Keyring

ALGORITHM: Final = "SHA-256"
# A phone tries some ten thousand a second.
LARGEST_NUMBER = 50_000
LIVES = timedelta(hours=2)  # as long as the form that it stands in
_LONGEST = 2048
_TEXTS = ("algorithm", "challenge", "salt", "signature")


@dataclass(frozen=True)
class ProofOfWork:
    """Hands out challenges and reads proofs, under a key made from *keyring*."""

    keyring: Keyring

    def challenge(self, now: datetime) -> dict[str, str | int]:
        """Return a challenge that is handed out *now* (UTC), as altcha's widgets read it."""
        made = create_challenge(
            ChallengeOptions(algorithm=ALGORITHM, max_number=LARGEST_NUMBER, hmac_key=self._key, expires=now + LIVES)
        )
        told: dict[str, str | int] = {"algorithm": ALGORITHM, "challenge": made.challenge, "salt": made.salt}
        return {**told, "maxnumber": LARGEST_NUMBER, "signature": made.signature}

    def read(self, text: str, now: datetime) -> str | None:
        """Return the name of the challenge that *text* (JSON in base64) proves to be solved; None where it does not.

        Also None once the challenge is over at *now* (UTC).
        """
        told = _payload(text)
        # altcha compares signatures in a time that tells how far they are alike: it sees none that is not ours.
        if told is None or not hmac.compare_digest(self._vouched(told["challenge"]), told["signature"].encode()):
            return None
        is_solved, _ = verify_solution(told, self._key, check_expires=False)
        expires = extract_params(told).get("expires", ["0"])[0]
        return told["challenge"] if is_solved and expires.isdecimal() and now.timestamp() < int(expires) else None

    def _vouched(self, challenge: str) -> bytes:
        return hmac_hex(ALGORITHM, challenge.encode(), self._key).encode()

    @cached_property
    def _key(self) -> str:
        return self.keyring.fingerprint("proof-of-work", "key")


def _payload(text: str) -> Any:
    """Return what *text* tells, where it has the shape of a proof."""
    try:
        told = json.loads(base64.b64decode(text, validate=True)) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or type(told.get("number")) is not int:
        return None
    texts = [told.get(name) for name in _TEXTS]
    is_plain = all(isinstance(text, str) and text.isascii() for text in texts)
    return told if is_plain and told["algorithm"] == ALGORITHM else None
