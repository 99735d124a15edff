"""Tokens in links: short, unforgeable, bound to one purpose.

A token is 22 bytes, 30 characters of URL-safe base64: one byte that names the key, five for a row's
number, sixteen of HMAC-SHA-256 over both. It holds no address (H17), always has the same length, so that
a message can keep a slot for it, and leaves room for a base URL within 70 characters (trap T1). One bound
to an address is worth nothing once its reader has another: whoever reads the old mailbox may be a stranger.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from subscribers.errors import SubscribersError

TOKEN_CHARACTERS = 30
_NUMBER_BYTES = 5
_MAC_BYTES = 16


class Purpose(StrEnum):
    """What a token allows; one for a purpose is worthless for another (S10)."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    BOUNCE = "bounce"
    CONFIRM = "confirm"
    DENY = "deny"
    CHANGE = "change"


class BadTokenError(SubscribersError):
    """A token is malformed, forged, or meant for something else."""


@dataclass(frozen=True)
class Keyring:
    """The site's secrets: the first signs, every one verifies.

    Unsubscribe links live for ever (S04), so a secret is only ever added in front. The last, oldest one
    keys the hashes of addresses (B12), which must not change when a new one comes.
    """

    secrets: tuple[bytes, ...]

    def sign(self, purpose: Purpose, number: int, *, bound_to: str = "") -> str:
        """Return the token that allows *purpose* on row *number* (0 to 2**40 - 1), perhaps *bound_to* an address."""
        return _encode(self.secrets[0], purpose, number, bound_to)

    def sign_caseless(self, purpose: Purpose, number: int) -> str:
        """Return the same token as 44 hexadecimal digits, for where letter case may be lost, as in addresses."""
        return _signed(self.secrets[0], purpose, number).hex()

    def read(self, purpose: Purpose, token: str, *, bound_to: str = "") -> int:
        """Return the row number that *token* allows *purpose* on.

        Raises:
            BadTokenError: the token is none of ours, of another purpose, or bound to something else.
        """
        number = number_in(token)
        matches = [hmac.compare_digest(_encode(secret, purpose, number, bound_to), token) for secret in self.secrets]
        if not any(matches):
            raise BadTokenError("this link is not one of ours, or was cut short on its way")
        return number

    def fingerprint(self, purpose: str, text: str) -> str:
        """Return 32 hexadecimal characters that stand for *text*, the same whatever secrets are added."""
        return _mac(self.secrets[-1], purpose).digest(text.encode()).hex()[:32]

    def address_hash(self, key: str) -> str:
        """Return the keyed hash under which an address stays suppressed even when forgotten (B12)."""
        return self.fingerprint("address", key)


def keyring(secrets: Sequence[str]) -> Keyring:
    """Make a keyring of the site's secrets, newest first."""
    return Keyring(tuple(secret.encode() for secret in secrets))


def number_in(token: str) -> int:
    """Return the row number that *token* names, which says nothing yet of whether it is ours.

    Raises:
        BadTokenError: it is too short or long, or no base64.
    """
    if len(token) != TOKEN_CHARACTERS or not token.isascii():
        raise BadTokenError("this link is incomplete; copy the whole of it")
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except (binascii.Error, ValueError) as error:
        raise BadTokenError("this link is damaged; copy it again") from error
    return int.from_bytes(raw[1 : 1 + _NUMBER_BYTES], "big")


class _Mac:
    """HMAC-SHA-256 (RFC 2104) under one key, which is taken in once and not for every reader anew."""

    __slots__ = ("_inner", "_outer", "key_id")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in block))
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in block))
        self.key_id = hashlib.sha256(key).digest()[:1]

    def digest(self, message: bytes) -> bytes:
        """Return the 32 octets that vouch for *message*."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(maxsize=64)
def _mac(secret: bytes, purpose: str) -> _Mac:
    """Return the MAC of a key that serves *purpose* alone: 32 octets, fewer than a block, as `_Mac` needs it."""
    return _Mac(hmac.digest(secret, f"headline-digest {purpose}".encode(), "sha256"))


def _signed(secret: bytes, purpose: Purpose, number: int, bound_to: str = "") -> bytes:
    mac = _mac(secret, purpose)
    named = mac.key_id + number.to_bytes(_NUMBER_BYTES, "big")
    return named + mac.digest(named + bound_to.encode())[:_MAC_BYTES]


def _encode(secret: bytes, purpose: Purpose, number: int, bound_to: str) -> str:
    return base64.urlsafe_b64encode(_signed(secret, purpose, number, bound_to)).rstrip(b"=").decode()
