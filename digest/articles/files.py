"""The files that a path stands for."""

from collections.abc import Iterator
from pathlib import Path

from digest.articles.rejection import Rejection


def files_of(path: Path) -> Iterator[Path | Rejection]:
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
            yield from files_of(entry)
