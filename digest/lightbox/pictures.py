"""Pictures of an edition: the mail on every screen, by day and by night, as a browser sets it."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from digest.errors import DigestError
from digest.lightbox.chromium import chromium_running
from digest.lightbox.views import MATRIX, View
from digest.preview import Preview


def take_pictures(preview: Preview, folder: Path, views: Iterable[View] = MATRIX) -> list[Path]:
    """Write a PNG of each of these *views* of the mail into *folder*, made where it is missing; return their paths.

    Raises:
        BadInputError: there is no Chromium.
        DigestError: it failed, or the folder can't be written to.
    """
    html = preview.files()["edition.html"].decode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="digest-pictures-") as pages, chromium_running() as chromium:
            taken = []
            for view in views:
                page = Path(pages) / f"{view.name}.html"
                page.write_text(view.of(html), encoding="utf-8")
                path = folder / f"{view.name}.png"
                path.write_bytes(chromium.picture(page, view.width.pixels, pictures=view.pictures))
                taken.append(path)
            return taken
    except OSError as error:
        raise DigestError(f"the pictures can't be written to {folder}: {error}") from error
