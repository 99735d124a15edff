"""An edition on the lightbox: that of the day after one that is published, in a look of its own."""

import shutil
from datetime import timedelta

import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, configure, stock

from digest.building import build_edition
from digest.configuration import load_settings
from digest.delivery.publishing import publish
from digest.lightbox.watching import EditionWatch
from digest.rendering.template_folder import templates_folder


@pytest.fixture
def look(tmp_path):
    folder = tmp_path / "look"
    shutil.copytree(templates_folder() / "editions" / "headlines", folder)
    return folder


@pytest.fixture
def watch(tmp_path, database, look):
    """Watch the edition of the day after one that is published."""
    settings = configure(tmp_path, database.url, template=look)
    keys = {"DIGEST_NEWSLETTERS__MORNING__TEMPLATE": str(look)}
    stock(database, stories=3)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    publish(database, built, built.schedule, MORNING)
    stock(database, stories=3, cutoff=CUTOFF + timedelta(days=1), first=11)
    config = tmp_path / "digest.toml"
    return EditionWatch(
        config,
        lambda: load_settings(config, keys),
        database,
        NEWSLETTER,
        DAY + timedelta(days=1),
        lambda: MORNING + timedelta(days=1),
    )
