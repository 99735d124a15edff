"""The bytes of a file as text, or the reason why they are none.

UTF-8 is read strictly and nothing is guessed: almost any bytes are valid in the old single-byte encodings, and
a wrong guess would print wrong letters in every reader's mail. Web pages say their encoding, and that is used.
"""

import codecs
import json
import re
from typing import Any

from digest.articles.rejection import RejectedError

LARGEST = 10_000_000
# Finding the text in a page takes seconds for each further megabyte; the stories themselves take tens of kilobytes.
LARGEST_PAGE = 2_000_000

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_WHERE_PAGES_SAY_IT = 4_096
# What no text holds, and nearly every picture, archive and document does.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode_text(data: bytes) -> str:
    """Return *data* as text: UTF-8, or UTF-16 when it begins with that mark.

    Raises:
        RejectedError: It is empty, too large, binary, or in another encoding.
    """
    refuse_size(data)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(_decoded(data, "utf-16"))
    return _checked(_decoded(data, "utf-8-sig"))


def decode_page(data: bytes) -> str:
    """Return the web page *data* as text: UTF-8 if it is that, otherwise in the encoding that it names.

    Raises:
        RejectedError: It is empty, over 2 MB, binary, or in an encoding that it does not name.
    """
    if len(data) > LARGEST_PAGE:
        raise RejectedError(f"over {LARGEST_PAGE // 1_000_000} MB, too large for a web page; give its text as .txt")
    try:
        return decode_text(data)
    except RejectedError:
        named = _CHARSET.search(data[:_WHERE_PAGES_SAY_IT])
        if not named or b"\x00" in data:
            raise
        return _checked(_decoded(data, named[1].decode("ascii")))


def refuse_size(data: bytes) -> None:
    """Check that *data* is neither empty nor over the limit of one article.

    Raises:
        RejectedError: It is.
    """
    if len(data) > LARGEST:
        raise RejectedError(
            f"over {LARGEST // 1_000_000} MB, too large for one article; many articles go in a .jsonl file"
        )
    if not data.strip():
        raise RejectedError("empty")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if _NO_TEXT.search(data[:4_096].decode("latin-1")):
            raise RejectedError("a binary file, not text") from error
        raise RejectedError(
            f"not {encoding.removesuffix('-sig').upper()} at byte {error.start:,}; save it as UTF-8"
        ) from error
    except (LookupError, UnicodeError) as error:
        raise RejectedError(f"{encoding!r} is no encoding of text; save it as UTF-8") from error


def _checked(text: str) -> str:
    if _NO_TEXT.search(text):
        raise RejectedError("a binary file, not text")
    return text


def decode_json(data: bytes) -> Any:
    """Return what the JSON text *data* holds.

    Raises:
        RejectedError: It is no text or no JSON; the reason says where it stops being so.
    """
    text = decode_text(data)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text.strip() else f"column {error.colno}"
        raise RejectedError(f"not JSON at {place}: {error.msg}") from error
    except RecursionError as error:
        raise RejectedError("not usable JSON: nested too deeply") from error
    except ValueError as error:
        # Python refuses whole numbers of thousands of digits.
        raise RejectedError(f"not usable JSON: {error}") from error
