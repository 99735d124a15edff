"""What is shipped is whole: whoever installs the wheel elsewhere has all that the checkout has."""

import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from digest.rendering.template_folder import folder_of

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = ("digest", "subscribers", "templates")
# .gitignore is among them because the build backend leaves out what git ignores.
SOURCES = (*SHIPPED, ".gitignore", "pyproject.toml", "README.md", "LICENSE")


def build(source: Path, target: str, out: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return built


def files_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the sources, so that a build leaves nothing in the tree that is being worked on."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(PROJECT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    return build(checkout, "wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_every_file_of_both_packages_and_the_templates(checkout, wheel):
    files = {file.relative_to(checkout) for part in SHIPPED for file in (checkout / part).rglob("*") if file.is_file()}
    expected = {f"digest/{file.as_posix()}" if file.parts[0] == "templates" else file.as_posix() for file in files}
    assert {name for name in files_in(wheel) if ".dist-info/" not in name} == expected


def test_the_wheel_has_what_a_first_run_reads(wheel):
    names = files_in(wheel)
    for needed in (
        "digest/templates/editions/daily-headlines/",
        "digest/migrations/versions/",
        "digest/demo/",
        "subscribers/",
    ):
        assert any(name.startswith(needed) for name in names), needed


def test_the_wheel_brings_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        entry_points = ConfigParser()
        entry_points.read_string(archive.read(name).decode())
    assert dict(entry_points["console_scripts"]) == {"digest": "digest.cli:main"}


def test_templates_are_found_in_an_unpacked_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    assert folder_of(tmp_path / "digest") == tmp_path / "digest" / "templates"


def test_a_wheel_built_from_the_source_archive_is_the_same(checkout, wheel, tmp_path):
    archive = build(checkout, "sdist", tmp_path / "sdist")
    (tmp_path / "unpacked").mkdir()
    # Not by tarfile: Debian 12's Python 3.11.2 has no extraction filter, and newer ones warn without.
    subprocess.run(["tar", "--extract", "--file", archive], cwd=tmp_path / "unpacked", check=True)
    (source,) = (tmp_path / "unpacked").iterdir()
    assert files_in(build(source, "wheel", tmp_path / "wheel")) == files_in(wheel)
