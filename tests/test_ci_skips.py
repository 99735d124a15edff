"""CI tells on a test that did not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ci_skips import may_skip

TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    ("reason", "in_ci", "has_shared", "allowed"),
    [
        ("no chromium here", False, True, True),
        ("no chromium here", True, True, False),
        ("no chromium here", True, False, False),
        ("../shared/data is absent", True, False, True),
        ("../shared/data is absent", True, True, False),
    ],
)
def test_a_skip_is_allowed_outside_ci_or_for_an_absent_shared_folder(reason, in_ci, has_shared, allowed):
    assert may_skip(reason, in_ci=in_ci, has_shared=has_shared) is allowed


SKIPPING = {
    "test_in_body.py": "def test_a():\n    pytest.skip('no chromium here')\n",
    "test_in_fixture.py": "@pytest.fixture\ndef page():\n    pytest.skip('none here')\ndef test_a(page):\n    pass\n",
    "test_at_import.py": "pytest.skip('no chromium here', allow_module_level=True)\n",
}


@pytest.mark.parametrize("ci", ["true", ""])
def test_every_way_to_skip_fails_the_run_in_ci_and_only_there(tmp_path, ci):
    for name, source in SKIPPING.items():
        (tmp_path / name).write_text(f"import pytest\n{source}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    options = ["-p", "ci_skips", "-p", "no:cacheprovider", "-c", os.devnull, "--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        env=environment | {"PYTHONPATH": str(TESTS), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = sum(
        f"{name}: skipped in CI" in done.stdout or f"{name}::test_a: skipped in CI" in done.stdout for name in SKIPPING
    )
    assert failed == (len(SKIPPING) if ci else 0), done.stdout
    assert (done.returncode != 0) is bool(ci)


def test_the_rule_is_in_force_here(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("ci_skips"), 'tests/conftest.py lacks: pytest_plugins = ["ci_skips"]'
