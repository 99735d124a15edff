"""The locks pin what pyproject.toml asks for, by hash, and name no place to fetch it from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)
PLACE = re.compile(r"^.*(?:https?:|file:|--[a-z-]*(?:index|links)|@ |[ =]/).*$", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((PROJECT / lock).read_text()))


def entries(lock: str) -> dict[str, str]:
    """Each pin's lines: its version, its hashes, and for whose sake it is there."""
    texts = re.split(r"\n(?=[a-z0-9])", (PROJECT / lock).read_text())
    return {re.split(r"[\[=]", text)[0]: text for text in texts}


def asked_for(lock: str) -> list[str]:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    runtime, build = project["project"]["dependencies"], project["dependency-groups"]["build"]
    development = [*runtime, *build, *project["project"]["optional-dependencies"]["dev"]]
    return {"requirements.lock": runtime, "requirements-build.lock": build}.get(lock, development)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_no_index_and_no_path(lock):
    assert PLACE.findall((PROJECT / lock).read_text()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock):
    assert [name for name, entry in entries(lock).items() if "--hash=sha256:" not in entry] == []
    assert len(entries(lock)) == len(pins(lock)) > 0


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_answers_exactly_what_pyproject_asks_for(lock):
    wanted = [Requirement(text) for text in asked_for(lock)]
    behind = f"{lock} is behind pyproject.toml; run: make lock"
    assert {name for name, entry in entries(lock).items() if "headline-digest (pyproject" in entry} == {
        one.name.lower() for one in wanted
    }, behind
    pinned = pins(lock)
    assert [str(one) for one in wanted if not one.specifier.contains(pinned[one.name.lower()])] == [], behind


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_what_runs_is_what_was_tested(lock):
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


def test_what_a_dependency_asks_for_by_an_unusual_extra_is_asked_for_here():
    # pip 23 does not see that justext's lxml[html-clean] is lxml's html_clean: the program then dies on import.
    assert "lxml-html-clean" in {Requirement(text).name for text in asked_for("requirements.lock")}
