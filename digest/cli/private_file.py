"""Files that hold readers' addresses: for their owner's eyes, and never in place of another file."""

import os
from pathlib import Path
from typing import TextIO

from digest.errors import BadInputError

_OWNER_ONLY = 0o600


def create_private(path: Path) -> TextIO:
    """Create *path*, readable by its owner alone, to be written as UTF-8 with line ends as they are.

    Raises:
        BadInputError: there is such a file already, or none can be made there.
    """
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as error:
        raise BadInputError(f"{path} is there already, and is not written over: name another") from error
    except OSError as error:
        raise BadInputError(f"{path} can't be written: {error.strerror}") from error
    return open(number, "w", encoding="utf-8", newline="")  # noqa: PTH123 - a number has no path to be opened by
