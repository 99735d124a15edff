import contextlib
import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_configuration import NEWSLETTER, SITE, TOML, fault, load

from digest.configuration import load_settings
from digest.errors import BadInputError
from digest.settings import Settings


@pytest.mark.parametrize("name", ["site", "database", "smtp", "newsletters", "sources", "dkim", "signup", "web"])
@pytest.mark.parametrize("value", ["3", "[]", "{}", "'x'", "[1]", "[[]]", "true", "2026-01-01", "{x = 1}", "[{x = 1}]"])
def test_a_section_of_the_wrong_shape_is_one_sentence(tmp_path, name, value):
    kept = "\n".join(f"[{block}" for block in TOML.split("[") if block and not block.startswith(name))
    toml = f"{name} = {value}\n{kept}"
    if (name, value) in {*product(["database", "smtp", "newsletters", "signup", "web"], ["{}"]), ("sources", "[]")}:
        assert load(tmp_path, toml)
    else:
        assert name in fault(tmp_path, toml)


def test_what_is_no_section_can_not_be_set_from_the_environment(tmp_path):
    assert fault(tmp_path, "newsletters = []", DIGEST_NEWSLETTERS__A__NAME="x") == (
        "DIGEST_NEWSLETTERS__A__NAME: newsletters has no keys that the environment could set"
    )
    assert "DIGEST_SOURCES begins like JSON but is none" in fault(tmp_path, DIGEST_SOURCES__0="[", DIGEST_SOURCES="[")


KEYS = st.sampled_from(
    [
        *Settings.model_fields,
        *SITE,
        *NEWSLETTER,
        "url",
        "url_file",
        "relays",
        "domain_rates",
        "journal",
        "rsa_key_file",
        "secret_file",
        "template",
        "sections",
        "days",
        "x/y",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates() | st.times()
TREES = st.recursive(LEAVES, lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(KEYS, deeper, max_size=4))
VARIABLES = st.dictionaries(
    st.lists(KEYS.map(str.upper) | st.text("A_", max_size=4), min_size=1, max_size=4).map(
        lambda steps: "DIGEST_" + "__".join(steps)
    ),
    st.text(max_size=9) | st.sampled_from(["[", "{}", "[1]", '{"a": 1}', "\udc80", "[" * 9999]),
    max_size=4,
)


@settings(max_examples=200)
@given(st.dictionaries(KEYS, TREES, max_size=6), VARIABLES)
def test_whatever_is_configured_it_is_settings_or_one_kind_of_error(tmp_path_factory, tree, variables):
    file = tmp_path_factory.getbasetemp() / "arbitrary.toml"
    file.write_text("\n".join(f'"{key}" = {toml_of(value)}' for key, value in tree.items()), errors="replace")
    with contextlib.suppress(BadInputError):
        assert load_settings(file, variables)


def toml_of(value):
    """Write *value* as TOML, inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml_of(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    if isinstance(value, bool | int | float | str) or value is None:
        return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf").replace("null", '""')
    return value.isoformat()
