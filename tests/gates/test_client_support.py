"""M25: what clients do not support is what the committed baseline says, and no more.

A new line is looked up at caniemail.com, and if the page is whole without it, entered:
`node tests/gates/caniemail.mjs out/edition.html`.
"""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BASELINE = HERE / "caniemail_baseline.txt"


@pytest.fixture
def unsupported(tool, from_npm, tmp_path):
    from_npm("caniemail/package.json")

    def check(html):
        path = tmp_path / "edition.html"
        path.write_text(html, encoding="utf-8")
        command = [tool("node", "nodejs"), str(HERE / "caniemail.mjs"), str(path)]
        said = subprocess.run(command, check=True, capture_output=True, timeout=60, text=True).stdout
        return {line for line in said.splitlines() if line.startswith("errors ")}

    return check


@pytest.mark.parametrize("name", ["the demo's day", "Arabic", "Japanese", "daily-headlines", "headlines", "letter"])
def test_no_client_supports_less_than_the_baseline_says(editions, unsupported, name):
    found = unsupported(editions[name])
    assert "errors outlook.windows @media" in found  # the page was read
    assert found - set(BASELINE.read_text(encoding="utf-8").splitlines()) == set()


def test_the_baseline_holds_nothing_that_is_no_longer_so(editions, unsupported):
    found = set().union(*(unsupported(html) for html in editions.values()))
    assert set(BASELINE.read_text(encoding="utf-8").splitlines()) - found == set()


def test_it_would_find_a_grid(editions, unsupported):
    spoiled = editions["the demo's day"].replace("<h1", '<h1 style="display:grid"', 1)
    new = unsupported(spoiled) - set(BASELINE.read_text(encoding="utf-8").splitlines())
    assert any(line.startswith("errors gmail") or "grid" in line for line in new)
