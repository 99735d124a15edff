"""What the tests of rendering share: the look that comes with the program."""

from pathlib import Path

import pytest

from digest.rendering.template import EditionTemplate, load_template
from digest.rendering.template_folder import templates_folder


@pytest.fixture(scope="session")
def look_folder() -> Path:
    return templates_folder() / "editions" / "daily-headlines"


@pytest.fixture(scope="session")
def look(look_folder: Path) -> EditionTemplate:
    return load_template(look_folder)
