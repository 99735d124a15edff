"""The formats that articles are read from, by the ending of the file."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from digest.articles.copied_text import draft_of_text
from digest.articles.draft import Draft
from digest.articles.file_text import LARGEST, decode_page, decode_text
from digest.articles.html_page import draft_of_page
from digest.articles.json_article import decode_json, draft_of_json
from digest.articles.markdown import draft_of_markdown
from digest.articles.rejection import RejectedError, Rejection

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
        yield from _lines(file, where, 1)
    elif ending == ".json":
        yield from _document(file.read(LARGEST + 1), where)
    elif ending in _OF_ONE_ARTICLE:
        yield _attempt(where, _OF_ONE_ARTICLE[ending], file.read(LARGEST + 1))
    else:
        yield Rejection(where, f"{ending or 'a file without an ending'} is not read; known are {', '.join(ENDINGS)}")


def drafts_in_stream(stream: BinaryIO, where: str) -> Iterator[Found]:
    """Give what *stream* holds, which has no ending and tells its format itself.

    "{" begins JSON lines; "[", or "{" alone on its line, one JSON document; anything else is plain text.
    """
    first, number = stream.readline(LARGEST + 1), 1
    while first and not first.strip():
        first, number = stream.readline(LARGEST + 1), number + 1
    opening = first.removeprefix(b"\xef\xbb\xbf").strip()
    if opening.startswith(b"{") and opening != b"{":
        yield _line(first, f"{where}:{number}")
        yield from _lines(stream, where, number + 1)
        return
    data = first + stream.read(LARGEST + 1)
    if opening.startswith((b"{", b"[")):
        yield from _document(data, where)
    else:
        yield _attempt(where, _OF_ONE_ARTICLE[".txt"], data)


def _lines(file: BinaryIO, where: str, number: int) -> Iterator[Found]:
    is_empty = number == 1
    while line := file.readline(LARGEST + 1):
        if line.strip():
            is_empty = False
            yield _line(line, f"{where}:{number}")
        while len(line) > LARGEST and not line.endswith(b"\n"):
            line = file.readline(LARGEST + 1)
        number += 1
    if is_empty:
        yield Rejection(where, "empty")


def _line(line: bytes, where: str) -> Found:
    return _attempt(where, lambda data: draft_of_json(decode_json(decode_text(data))), line)


def _document(data: bytes, where: str) -> Iterator[Found]:
    """Give the one article or the list of articles in the JSON document *data*."""
    try:
        value: Any = decode_json(decode_text(data))
    except RejectedError as error:
        yield Rejection(where, str(error))
        return
    if not isinstance(value, list):
        yield _attempt(where, draft_of_json, value)
        return
    if not value:
        yield Rejection(where, "an empty list")
    for number, item in enumerate(value, start=1):
        yield _attempt(f"{where} (article {number})", draft_of_json, item)


def _attempt(where: str, read: Callable[[Any], Draft], data: Any) -> Found:
    try:
        return where, read(data)
    except RejectedError as error:
        return Rejection(where, str(error))
