"""DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed, without l= (D07, D08).

An edition's `Seal` hashes once what all its messages begin with; a message costs the hash of the rest and, for each
key, one signature. A body is taken as it is: `transfer_encoding` writes it in its own canonical form.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

LINE = 78
_ROOM = LINE - 1  # behind the blank that a folded line begins with
SIGNED = frozenset(
    {"from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "feedback-id"}
)  # and every List- field
# Named once more than they stand there, so that a second one put in on the way breaks the signature (RFC 6376 §8.15).
OVERSIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "reply-to",
    "message-id",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with the name under which the world finds its public half: `<selector>._domainkey.<domain>`.

    `algorithm` is as in a signature's a= tag. `sign` takes the SHA-256 of what is to be signed, 32 octets, and
    returns the signature; it lets other threads run meanwhile.
    """

    domain: str
    selector: str
    algorithm: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Seal:
    """The signatures of an edition, but for what is each reader's own.

    `standing` are the header fields that are the same for every reader, `own_names` the lower-case names of each
    reader's own, all of which are signed, in the order of their standing in the message. `head` is what every body
    begins with.
    """

    signers: tuple[Signer, ...]
    standing: bytes
    own_names: tuple[str, ...]
    head: bytes

    def fields(self, own: bytes, body: bytes, now: datetime) -> bytes:
        """Return a DKIM-Signature field from each signer, dated *now*, over the standing headers, *own* and *body*.

        *own* are the reader's header fields in the order of `own_names`, *body* begins with `head`; both are wire
        bytes with CRLF line ends, and *body* is its own relaxed form.
        """
        contents = self._head_hash.copy()
        contents.update(memoryview(body)[len(self.head) :])
        headers = self._standing_hash.copy()
        headers.update(b"".join(canonical_fields(own)))
        dated = b" t=%d; bh=%b;" % (now.timestamp(), base64.b64encode(contents.digest()))
        return b"".join(
            _signature(signer, opening, headers.copy(), dated)
            for signer, opening in zip(self.signers, self._openings, strict=True)
        )

    @cached_property
    def _head_hash(self) -> "hashlib._Hash":
        return hashlib.sha256(self.head)

    @cached_property
    def _standing_hash(self) -> "hashlib._Hash":
        return hashlib.sha256(b"".join(field for field in canonical_fields(self.standing) if _is_signed(_name(field))))

    @cached_property
    def _openings(self) -> tuple["_Opening", ...]:
        standing = (name for field in canonical_fields(self.standing) if _is_signed(name := _name(field)))
        names = (*standing, *self.own_names, *OVERSIGNED)
        return tuple(_Opening.of(signer, names) for signer in self.signers)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A signature field up to its h= tag, as it goes over the wire and as it is signed."""

    wire: bytes
    canonical: bytes

    @classmethod
    def of(cls, signer: Signer, names: Sequence[str]) -> "_Opening":
        tags = ("v=1;", f"a={signer.algorithm};", "c=relaxed/relaxed;", f"d={signer.domain};", f"s={signer.selector};")
        named = [f"{name}:" for name in names[:-1]] + [f"{names[-1]};"]
        wire = b"\r\n".join(_folded("DKIM-Signature:", tags)) + b"\r\n" + b"\r\n".join(_folded(" h=", named, gap=""))
        (canonical,) = canonical_fields(wire + b"\r\n")
        return cls(wire + b"\r\n", canonical.removesuffix(b"\r\n"))


def canonical_fields(fields: bytes) -> Iterator[bytes]:
    """Yield each of the header *fields* in its relaxed form with CRLF at its end (RFC 6376 §3.4.2).

    They are wire bytes in which all white space is blanks, tabs and folds, as `header_lines` writes them.
    """
    unfolded = fields.replace(b"\r\n ", b" ").replace(b"\r\n\t", b"\t")
    for line in unfolded.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        yield b"%b:%b\r\n" % (name.rstrip().lower(), b" ".join(value.split()))


def _signature(signer: Signer, opening: _Opening, headers: "hashlib._Hash", dated: bytes) -> bytes:
    # The signature signs its own field too, with nothing after b= and no line end (RFC 6376 §3.7).
    headers.update(opening.canonical + dated + b" b=")
    signature = b"b=" + base64.b64encode(signer.sign(headers.digest()))
    lines = [signature[at : at + _ROOM] for at in range(0, len(signature), _ROOM)]
    return opening.wire + dated + b"\r\n " + b"\r\n ".join(lines) + b"\r\n"


def _folded(start: str, words: Sequence[str], *, gap: str = " ") -> Iterator[bytes]:
    """Yield lines of *words* with *gap* between them, folded where the next one has no room."""
    line = start
    for word in words:
        if len(line) + len(gap) + len(word) > LINE and line.strip():
            yield line.encode("ascii")
            line = f" {word}"
        else:
            line += gap + word
    yield line.encode("ascii")


def _is_signed(name: str) -> bool:
    return name in SIGNED or name.startswith("list-")


def _name(field: bytes) -> str:
    return field.partition(b":")[0].decode("ascii")
