"""Readers' names, as they may stand in a header, on a page and in a terminal."""

import unicodedata

NAME_CHARACTERS = 200
_UNPRINTED = {"Cc", "Cs", "Zl", "Zp"}
_TURNING_TEXT_ABOUT = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean_name(raw: str) -> str:
    """Return a name on one line, without control characters: it may stand in a header (H12)."""
    return one_line(raw)[:NAME_CHARACTERS].rstrip()


def one_line(raw: str) -> str:
    """Return *raw* on one line, without what is not seen or turns the text about."""
    if raw.isascii() and raw.isprintable():  # nearly all is; to look at each letter takes ten times as long
        return " ".join(raw.split())
    visible = "".join(" " if unicodedata.category(letter) in _UNPRINTED else letter for letter in raw)
    return " ".join(visible.translate(_TURNING_TEXT_ABOUT).split())
