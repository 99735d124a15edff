"""`digest demo` as a newcomer meets it: a real process, without a terminal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from desk_folder import digest_in

PROGRAM = Path(sys.executable).parent / "digest"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The demo's folder, and what it printed."""
    folder = tmp_path_factory.mktemp("newcomer")
    done = digest_in(folder)("demo", "--out", "kept", MAKELEVEL="1")
    assert done.code == 0, done.err
    return folder / "kept", done.out


def test_every_picture_of_the_page_it_names_first_is_there_when_it_has_ended(shown):
    folder, said = shown
    page = folder / "preview" / "edition.html"
    assert said.index("edition.html") < said.index("edition.txt")
    pictures = re.findall(r'<img [^>]*src="([^"]+)"', page.read_text(encoding="utf-8"))
    assert pictures
    assert [picture for picture in pictures if not (page.parent / picture).is_file()] == []


def test_the_wire_bytes_keep_the_addresses_that_were_sent(shown):
    folder, _ = shown
    assert b"pictures/" in (folder / "preview" / "edition.eml").read_bytes()
    assert b'src=3D"pictures/' not in (folder / "preview" / "edition.eml").read_bytes()


def test_it_says_where_all_is_kept_and_how_make_shows_the_inboxes(shown):
    _, said = shown
    assert "kept in kept; delete it when you are done" in said
    assert "make demo ARGS=--stay" in said


def test_its_hints_name_the_program_as_it_was_started(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "digest").symlink_to(PROGRAM)
    done = subprocess.run(
        ["bin/digest", "demo", "--out", "kept"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bin/digest --config kept/digest.toml" in done.stdout
    assert "in a browser: bin/digest demo --stay" in done.stdout
