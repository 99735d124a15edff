"""The bytes of a feed as text that a parser may see, or the reason why it may not."""

import codecs
import re

from digest.articles.rejection import RejectedError

LARGEST = 10_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Without a mark, the shape of "<?" tells the width of a character (XML 1.0, appendix F).
_SHAPES = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,400}\?>", re.IGNORECASE)
_WHERE_IT_STANDS = 1_024
# What nearly every picture, archive and document holds, and what XML forbids but some feeds carry all the same.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_NO_TEXT = 20
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Old readers took these for Latin-1 and Windows writes them: the bytes from 0x80 to 0x9F are letters there.
_WIDENED = {"iso8859-1": "cp1252", "ascii": "cp1252", "latin-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}


def feed_text(data: bytes, charset: str | None = None) -> str:
    """Return the feed *data* as text without marks and declaration; *charset* is what its server says of it.

    A mark at the begin is believed first, then UTF-8 where the bytes are that, then the server, the declaration, and
    Windows' Latin at the end: a wrong name costs letters, but no feed.

    Raises:
        RejectedError: It is empty, too large, or no text.
    """
    if len(data) > LARGEST:
        raise RejectedError(f"it has over {LARGEST // 1_000_000} MB, too much for a feed")
    if not data.strip():
        raise RejectedError("it is empty")
    text = _decoded(data, charset).lstrip("\ufeff")
    if len(_NO_TEXT.findall(text, 0, 65_536)) > _MOST_NO_TEXT:
        raise RejectedError("it is no text but a binary file")
    return _without_declaration(_UNUSABLE.sub("", text)).strip()


def _decoded(data: bytes, charset: str | None) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    shaped = next((name for shape, name in _SHAPES if data.startswith(shape)), None)
    for name in filter(None, (marked, shaped)):
        return data.decode(name, errors="replace")
    declared = _DECLARED.search(data[:_WHERE_IT_STANDS])
    named = (charset, declared and declared[1].decode("ascii"))
    for name in ("utf-8", *filter(None, named)):
        try:
            return data.decode(_known_encoding(name))
        except UnicodeError:
            continue
    return data.decode("cp1252", errors="replace")


def _known_encoding(name: str) -> str:
    """Return the text encoding called *name*, or the wider one that is meant by it; UTF-8 for what is none."""
    try:
        found = codecs.lookup(name.strip("\"' "))
    except (LookupError, ValueError):
        return "utf-8"
    # Not "base64" or "idna": Python calls those codecs, too. No byte that is not its own passes for UTF-7 or -16.
    is_text = getattr(found, "_is_text_encoding", True) and found.name not in {"idna", "punycode", "utf-7"}
    return _WIDENED.get(found.name, found.name) if is_text and not found.name.startswith("utf-16") else "utf-8"


def _without_declaration(text: str) -> str:
    # Blank lines before it, or two of them, make XML malformed; it would name an encoding that is no longer true.
    head, rest = text[:_WHERE_IT_STANDS], text[_WHERE_IT_STANDS:]
    return _DECLARATION.sub("", head) + rest
