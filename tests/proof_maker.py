"""What a browser does about a challenge: find its number, and tell it."""

import base64
import hashlib
import json

from subscribers.proof import LARGEST_NUMBER


def solved(challenge):
    """Find the number as a browser does."""
    salt = challenge["salt"].encode()
    found = next(
        number
        for number in range(LARGEST_NUMBER + 1)
        if hashlib.sha256(salt + str(number).encode()).hexdigest() == challenge["challenge"]
    )
    told = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return {**told, "number": found}


def sealed(told):
    return base64.b64encode(json.dumps(told).encode()).decode()
