"""The demo's day is rendered to the very bytes that were looked at and committed (M28).

After a wanted change, look at the new ones and keep them: `make mail-check ARGS="-k golden --keep-golden"`.
"""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def differing(kept, made):
    pairs = zip(kept.splitlines(), made.splitlines(), strict=False)
    return [pair for pair in pairs if pair[0] != pair[1]] or ([] if kept == made else [("length", "differs")])


@pytest.mark.parametrize(("name", "part"), [("edition.html", "html"), ("edition.txt", "text")])
def test_the_demos_day_is_as_it_was_looked_at(demo, name, part, pytestconfig):
    made = getattr(demo, part)
    if pytestconfig.getoption("--keep-golden"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(made, encoding="utf-8")
    assert differing((GOLDEN / name).read_text(encoding="utf-8"), made) == []


def test_one_letter_would_be_seen(demo):
    assert len(differing(demo.html, demo.html.replace("</h1>", ".</h1>", 1))) == 1
