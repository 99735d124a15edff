"""One line of plain text, fit for a headline, a header and both databases."""

import re
import unicodedata

# Characters that show nothing but break something: PostgreSQL refuses NUL, no encoder takes a lone
# surrogate, and the direction overrides turn the rest of a page round.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """Return *text* without control characters and lone surrogates, composed (NFC), its line ends kept as LF."""
    if text.isascii() and text.isprintable():
        return text
    lines = re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", lines))


def clean_line(text: str) -> str:
    """Return *text* as one line: as `clean_text`, with every run of white space as one space."""
    return " ".join(clean_text(text).split())
