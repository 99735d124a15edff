"""The formats that articles are read from, by the ending of the file."""

from collections.abc import Callable, Iterator
from itertools import chain, count
from typing import Any, BinaryIO

from digest.articles.copied_text import draft_of_text
from digest.articles.draft import Draft
from digest.articles.fields import draft_of_fields
from digest.articles.file_text import LARGEST, decode_json, decode_page, decode_text
from digest.articles.html_page import draft_of_page
from digest.articles.markdown import draft_of_markdown
from digest.articles.rejection import Rejection, attempt

# A draft and where it stands, or why it is none.
Found = tuple[str, Draft] | Rejection

_OF_ONE_ARTICLE: dict[str, Callable[[bytes], Draft]] = {
    ".txt": lambda data: draft_of_text(decode_text(data)),
    ".md": lambda data: draft_of_markdown(decode_text(data)),
    ".html": lambda data: draft_of_page(decode_page(data)),
    ".htm": lambda data: draft_of_page(decode_page(data)),
}
ENDINGS = (*_OF_ONE_ARTICLE, ".json", ".jsonl")


def drafts_in(file: BinaryIO, where: str, ending: str) -> Iterator[Found]:
    """Give what *file* holds, read as its *ending* (such as ".jsonl") says; a .jsonl file by line."""
    if ending == ".jsonl":
        yield from _articles_of(_numbered(file), where)
    elif ending == ".json":
        yield from _document(file.read(LARGEST + 1), where)
    elif ending in _OF_ONE_ARTICLE:
        yield attempt(where, _placed, where, _OF_ONE_ARTICLE[ending], file.read(LARGEST + 1))
    else:
        yield Rejection(where, f"{ending or 'a file without an ending'} is not read; known are {', '.join(ENDINGS)}")


def drafts_in_stream(stream: BinaryIO, where: str) -> Iterator[Found]:
    """Give what *stream* holds, which has no ending and tells its format itself.

    "{" begins JSON lines; "[", or "{" alone on its line, one JSON document; "<" a web page; "---" alone on its
    line Markdown with front matter; anything else is plain text.
    """
    lines = _numbered(stream)
    number, first = next(((number, line) for number, line in lines if line.strip()), (0, b""))
    opening = first.removeprefix(b"\xef\xbb\xbf").strip()
    if opening.startswith(b"{") and opening != b"{":
        yield from _articles_of(chain([(number, first)], lines), where)
        return
    data = first + stream.read(LARGEST + 1)
    if opening.startswith((b"{", b"[")):
        yield from _document(data, where)
    else:
        ending = ".html" if opening.startswith(b"<") else ".md" if opening == b"---" else ".txt"
        yield attempt(where, _placed, where, _OF_ONE_ARTICLE[ending], data)


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give the lines of *file* with their numbers; of a line over the limit only so much as shows that it is."""
    for number in count(1):
        line = file.readline(LARGEST + 1)
        if not line:
            return
        yield number, line
        while len(line) > LARGEST and not line.endswith(b"\n"):
            line = file.readline(LARGEST + 1)


def _articles_of(lines: Iterator[tuple[int, bytes]], where: str) -> Iterator[Found]:
    is_empty = True
    for number, line in lines:
        if line.strip():
            is_empty = False
            place = f"{where}:{number}"
            yield attempt(place, _placed, place, lambda data: draft_of_fields(decode_json(data)), line)
    if is_empty:
        yield Rejection(where, "empty")


def _document(data: bytes, where: str) -> Iterator[Found]:
    """Give the one article or the list of articles in the JSON document *data*."""
    value = attempt(where, decode_json, data)
    if isinstance(value, Rejection):
        yield value
        return
    if not isinstance(value, list):
        yield attempt(where, _placed, where, draft_of_fields, value)
        return
    if not value:
        yield Rejection(where, "an empty list")
    for number, item in enumerate(value, start=1):
        place = f"{where} (article {number})"
        yield attempt(place, _placed, place, draft_of_fields, item)


def _placed(where: str, read: Callable[[Any], Draft], data: Any) -> tuple[str, Draft]:
    return where, read(data)
