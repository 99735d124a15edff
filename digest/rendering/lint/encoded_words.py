"""Encoded-words: how a header says what ASCII cannot (RFC 2047)."""

import binascii
import re

ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=")
BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")

# Only these: the interpreter's other codecs raise on some input, and H09 asks for UTF-8 anyway.
CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252"})


def decode_words(value: str) -> str:
    """Return *value* with its encoded-words read; one that can't be read stays as it stands."""
    return ENCODED_WORD.sub(_decode, BETWEEN.sub(r"\1", value))


def _decode(match: re.Match[str]) -> str:
    charset, encoding, payload = match.groups()
    if charset.lower() not in CHARSETS:
        return match[0]
    raw = payload.encode(errors="replace")
    try:
        octets = binascii.a2b_qp(raw, header=True) if encoding in "qQ" else binascii.a2b_base64(raw)
    except binascii.Error:
        return match[0]
    return octets.decode(charset, errors="replace")
