"""Articles from paths and standard input: each an article, or a rejection with its reason."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from digest.articles.article import Article
from digest.articles.defaults import Defaults
from digest.articles.finishing import finish
from digest.articles.formats import Found, drafts_in, drafts_in_stream
from digest.articles.rejection import Rejection, attempt
from digest.errors import BadInputError

STANDARD_INPUT = "-"


def read_articles(
    paths: Sequence[str], defaults: Defaults, own_sources: AbstractSet[str], stdin: BinaryIO
) -> Iterator[Article | Rejection]:
    """Give each article that *paths* hold, in their order, or the reason why it is none.

    A folder gives what is in it, through all levels; "-" reads *stdin*. *defaults* fill what an article lacks,
    and *own_sources* names the outlets that are our own newsroom. One file is open at a time and .jsonl is read
    by line, so that any number fits.

    Raises:
        BadInputError: *defaults* name an address or a headline, and there is more than one article. Nothing has
            been given by then.
    """
    found: Iterator[Found] = chain.from_iterable(_found(path, stdin) for path in paths)
    if defaults.are_for_one:
        found = _only_one(found)
    for item in found:
        if isinstance(item, Rejection):
            yield item
        else:
            where, draft = item
            yield attempt(where, finish, draft, defaults, own_sources)


def _found(path: str, stdin: BinaryIO) -> Iterator[Found]:
    if path == STANDARD_INPUT:
        yield from drafts_in_stream(stdin, STANDARD_INPUT)
        return
    for file in _files_of(Path(path)):
        if isinstance(file, Rejection):
            yield file
        else:
            yield from _found_in_file(file)


def _files_of(path: Path) -> Iterator[Path | Rejection]:
    """Give the files that *path* stands for: itself, or what is in the folder, sorted and through all levels.

    Hidden files and folders inside a folder are passed over. What can't be listed or read as a file is a rejection.
    """
    try:
        if path.is_dir():
            yield from _files_in(path)
        elif path.is_file():
            yield path
        else:
            yield Rejection(str(path), "not a file or folder" if path.exists() else "no such file or folder")
    except (OSError, ValueError) as error:
        # ValueError: a path with a NUL in it.
        yield Rejection(str(path), f"can't be read: {getattr(error, 'strerror', None) or error}")


def _files_in(folder: Path) -> Iterator[Path | Rejection]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    if not entries:
        yield Rejection(str(folder), "the folder is empty")
    for entry in entries:
        # A link to a folder may lead back up, and round for ever.
        if entry.is_symlink() and entry.is_dir():
            yield Rejection(str(entry), "a link to a folder is not followed; name the folder itself")
        else:
            yield from _files_of(entry)


def _found_in_file(path: Path) -> Iterator[Found]:
    try:
        with path.open("rb") as file:
            yield from drafts_in(file, str(path), path.suffix.lower())
    except OSError as error:
        yield Rejection(str(path), f"can't be read: {error.strerror}")


def _only_one(found: Iterator[Found]) -> Iterator[Found]:
    first = list(islice(found, 2))
    if len(first) > 1:
        raise BadInputError("--url and --headline are for one article, and there is more than one here")
    return iter(first)
