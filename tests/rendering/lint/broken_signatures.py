"""Messages that break one statement about signatures: (statement, what is broken, message)."""

from valid_newsletter import NAMES, Newsletter, signature

GOOD = Newsletter()
RSA = signature()
ED25519 = signature("ed25519-sha256", "e2020", 64)


def signed(*signatures: str) -> Newsletter:
    return GOOD.add("\n".join(signatures))


def covering(old: str, new: str) -> Newsletter:
    assert any(old in name for name in NAMES)
    return signed(signature(names=tuple(name.replace(old, new) for name in NAMES)), ED25519)


ONE_CLICK = ("list-unsubscribe:list-unsubscribe:", "list-unsubscribe-post:list-unsubscribe-post")
TWICE = ("from", "to", "subject", "date", "reply-to", "message-id", "content-type")
ONCE = ("mime-version", "feedback-id", "list-id", "list-help", "list-archive", "list-owner", "list-post")

BROKEN: list[tuple[str, str, Newsletter | bytes]] = [
    ("H18", "List-Unsubscribe not covered", covering(ONE_CLICK[0], "")),
    ("H18", "List-Unsubscribe-Post not covered", covering(ONE_CLICK[1], "x-none")),
    ("H18", "List-Unsubscribe covered once", covering(ONE_CLICK[0], "list-unsubscribe:")),
    ("H18", "List-Unsubscribe-Post covered once", covering(ONE_CLICK[1], "list-unsubscribe-post")),
    ("D07", "Ed25519 alone", signed(ED25519)),
    ("D07", "an RSA key of 1,024 bits", signed(signature(octets=128), ED25519)),
    ("D07", "rsa-sha1", signed(RSA, signature("rsa-sha1", "old"))),
    ("D07", "a length", signed(RSA.replace("c=relaxed", "l=1000; c=relaxed"))),
    ("D07", "simple", signed(RSA.replace("relaxed/relaxed", "relaxed/simple"))),
    ("D07", "one selector for two keys", signed(RSA, ED25519.replace("e2020", "r2020"))),
    ("D07", "three signatures", signed(RSA, ED25519, signature(selector="third"))),
    *(("D08", f"{name} covered once", covering(f"{name}:{name}:", f"{name}:")) for name in TWICE),
    *(("D08", f"{name} not covered", covering(f"{name}:", "")) for name in ONCE),
]
