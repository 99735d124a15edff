"""The rejected rows of an import: every one in a file, to be put right and imported again."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TextIO

from digest.cli.private_file import create_private
from subscribers.spreadsheet import guarded
from subscribers.transfer import RejectedRow

MOST_TOLD = 20


class Rejects:
    """The file of rejected rows, being written; the first few are kept to be told."""

    def __init__(self, file: TextIO) -> None:
        # All in quotes: where the comma is the decimal sign, spreadsheets part cells at semicolons.
        self._writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._writer.writerow(("line", "reason", "row"))
        self.first: list[RejectedRow] = []

    def add(self, row: RejectedRow) -> None:
        """Write *row* down."""
        self._writer.writerow((row.line, guarded(row.reason), guarded(row.text)))
        if len(self.first) < MOST_TOLD:
            self.first.append(row)


@contextmanager
def rejects_file(path: Path) -> Iterator[Rejects]:
    """Give the rejected rows' file at *path*; it is gone again when no row was rejected.

    Raises:
        BadInputError: there is such a file already, or none can be made there.
    """
    with create_private(path) as file:
        rejects = Rejects(file)
        try:
            yield rejects
        finally:
            if not rejects.first:
                path.unlink()


def free_name_beside(file: Path) -> Path:
    """Return where the rejected rows of *file* go by default: beside it, under a name that nothing has yet."""
    names = (file.with_name(f"{file.stem}.rejected{f'-{n}' if n > 1 else ''}.csv") for n in count(1))
    return next(name for name in names if not name.exists())
