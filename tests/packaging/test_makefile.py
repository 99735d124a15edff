"""The Makefile is the development guide, and sets itself up or says what it lacks."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # MAKEFLAGS of an outer `make test` would tell this one that it is a part of it.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        command, cwd=PROJECT, env=inherited | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def make():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    return "make"


def test_make_alone_explains_every_target(make):
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    explained = dict(re.findall(r"^make ([\w-]+) +(\S.*)$", run(make).stdout, re.MULTILINE))
    assert list(explained) == targets.split()


def test_a_python_that_is_missing_or_too_old_is_one_clear_line(tmp_path):
    done = run("scripts/make-venv", str(tmp_path / "venv"), PYTHON="no-such-python")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert "no-such-python" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "venv").exists()


def test_a_debian_package_that_can_not_be_installed_is_told_and_stops_nothing(tmp_path):
    done = run("/bin/sh", "scripts/debian-install", "the tests in a browser", "chromium", PATH=str(tmp_path))
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == (
        "Missing here: chromium (named as in Debian). Install them: they are needed for the tests in a browser."
    )
