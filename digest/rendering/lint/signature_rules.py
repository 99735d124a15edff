"""What the signatures must say, where a message is signed; whether they are true, only the keys can tell."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from digest.rendering.lint.violation import Fault
from digest.rendering.lint.wire import Wire

RSA, ED25519 = "rsa-sha256", "ed25519-sha256"
MOST_SIGNATURES = 2  # one with each of our keys
SHORTEST_RSA_CHARACTERS = 344  # 2,048 bits in base64
ONE_CLICK = ("list-unsubscribe", "list-unsubscribe-post")
COVERED = ("mime-version", "feedback-id")
OVERSIGNED = ("from", "to", "subject", "date", "reply-to", "message-id", "content-type")
TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=([^;]*)")


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM-Signature's tags, without the white space in them."""

    tags: dict[str, str]

    @classmethod
    def of(cls, value: str) -> "Signature":
        """Read a field's unfolded value; what is no tag is left out."""
        found = (TAG.fullmatch(piece) for piece in value.split(";"))
        return cls({match[1]: re.sub(r"\s", "", match[2]) for match in found if match})

    @property
    def names(self) -> tuple[str, ...]:
        """Return the lower-case names of h=."""
        return tuple(self.tags.get("h", "").lower().split(":"))

    @property
    def where(self) -> str:
        """Return the place to name in a fault."""
        return f"DKIM-Signature: a={self.tags.get('a', '')}; s={self.tags.get('s', '')}"


def one_click_signed(wire: Wire) -> Iterator[Fault]:
    """H18: both one-click headers are in h= of every signature, once more than they stand (RFC 8058 §4, D08)."""
    yield from _not_oversigned(wire, ONE_CLICK)


def sound_signatures(wire: Wire) -> Iterator[Fault]:
    """D07: RSA of 2,048 bits or more, Ed25519 only beside it, relaxed/relaxed, no l= (RFC 6376, 8301, 8463)."""
    signatures = _signatures(wire)
    if sum(field.key == "dkim-signature" for field in wire.fields) > MOST_SIGNATURES:
        yield Fault("The message has more than two signatures.", "DKIM-Signature")
    if signatures and RSA not in (signature.tags.get("a") for signature in signatures):
        yield Fault("No signature is rsa-sha256, the only one that everybody verifies.", signatures[0].where)
    for signature in signatures:
        yield from _unsound(signature)
    keys = [(signature.tags.get("d"), signature.tags.get("s")) for signature in signatures]
    if len(set(keys)) < len(keys):
        yield Fault("Two signatures name the same key.", signatures[-1].where)


def _unsound(signature: Signature) -> Iterator[Fault]:
    algorithm = signature.tags.get("a")
    if algorithm not in (RSA, ED25519):
        yield Fault("A signature is neither rsa-sha256 nor ed25519-sha256.", signature.where)
    if algorithm == RSA and len(signature.tags.get("b", "")) < SHORTEST_RSA_CHARACTERS:
        yield Fault("A signature is made with an RSA key under 2,048 bits.", signature.where)
    if signature.tags.get("c") != "relaxed/relaxed":
        yield Fault("A signature is not relaxed/relaxed: a relay that tidies white space breaks it.", signature.where)
    if "l" in signature.tags:
        yield Fault("A signature has l=, so anybody may add to the message.", signature.where)


def covered_headers(wire: Wire) -> Iterator[Fault]:
    """D08: h= covers what the reader is shown, and has what must not come twice once more (RFC 6376 §8.15)."""
    lists = {field.key for field in wire.fields if field.key.startswith("list-")} - {*ONE_CLICK}
    for signature in _signatures(wire):
        for name in sorted({*COVERED, *lists} - {*signature.names}):
            yield Fault(f"A signature does not cover {name}.", signature.where)
    yield from _not_oversigned(wire, OVERSIGNED)


def _not_oversigned(wire: Wire, names: tuple[str, ...]) -> Iterator[Fault]:
    standing = Counter(field.key for field in wire.fields)
    for signature in _signatures(wire):
        for name in names:
            if signature.names.count(name) <= standing[name]:
                yield Fault(f"A signature does not cover {name}, or lets a second one in.", signature.where)


def _signatures(wire: Wire) -> list[Signature]:
    fields = (field for field in wire.fields if field.key == "dkim-signature")
    return [Signature.of(field.value) for field in islice(fields, MOST_SIGNATURES)]
