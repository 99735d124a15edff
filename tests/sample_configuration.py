"""A configuration that is right, to be spoilt in one place at a time, and the two ways to read it."""

import pytest

from digest.configuration import load_settings
from digest.errors import BadInputError

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"
SITE = {
    "name": "The Harbour Post",
    "base_url": "https://news.post.example",
    "postal_address": "14 Customs Quay, Port Alder",
    "contact": "desk@post.example",
    "secret": SECRET,
}
NEWSLETTER = {"name": "Daily Headlines", "from": "headlines@post.example", "timezone": "Europe/Lisbon"}


def raw(site=None, newsletter=None, **sections):
    """Give the configuration as TOML gives it, with some keys of [site] and the newsletter set otherwise."""
    return {
        "site": SITE | (site or {}),
        "database": {"url": "sqlite:///digest.db"},
        "newsletters": {"daily-headlines": NEWSLETTER | (newsletter or {})},
    } | sections


TOML = f"""\
[site]
name = "The Harbour Post"
base_url = "https://news.post.example"
postal_address = "14 Customs Quay, Port Alder"
contact = "desk@post.example"
secret = "{SECRET}"

[newsletters.daily-headlines]
name = "Daily Headlines"
from = "headlines@post.example"
timezone = "Europe/Lisbon"
"""


def load(folder, toml=TOML, **environ):
    file = folder / "digest.toml"
    file.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return load_settings(file, environ)


def fault(folder, toml=TOML, **environ):
    """Give what is said against a configuration, which never holds its secret."""
    with pytest.raises(BadInputError) as refused:
        load(folder, toml, **environ)
    assert SECRET not in str(refused.value)
    return str(refused.value)
