"""Where the templates that come with this program stand."""

from pathlib import Path

import digest
from digest.errors import BadInputError


def templates_folder() -> Path:
    """Return the folder of the templates that come with this program.

    In an installed wheel it stands inside the package; an editable install ignores hatch's force-include,
    so there it stands beside the package, in the checkout.

    Raises:
        BadInputError: neither place holds it; the installation is incomplete.
    """
    return folder_of(Path(digest.__file__).parent)


def parts_folder() -> Path:
    """Return the folder of what our looks have in common; a look's own file of the same name comes before it."""
    return templates_folder() / "edition_parts"


def folder_of(package: Path) -> Path:
    """Return the templates of the `digest` package in folder *package*.

    Raises:
        BadInputError: they are neither inside nor beside it.
    """
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "editions").is_dir():
            return folder
    raise BadInputError(f"No templates in or beside {package}: install headline-digest again")
