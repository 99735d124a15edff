import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.spreadsheet import guarded, unguarded

# What spreadsheets take for a formula: by its first character, with the full-width forms and what they strip.
DANGEROUS = set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", "\uff1d1+1"]
)
def test_what_looks_like_a_formula_is_text(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ada", "ada@example.org", "o'hara", "2026-03-14T05:30:00+00:00"])
def test_what_is_plain_is_left_alone(cell):
    assert (guarded(cell), unguarded(cell)) == (cell, cell)


@given(st.text(max_size=8) | st.text("'=+-@a\t", max_size=5))
def test_no_cell_begins_a_formula_and_every_cell_comes_back(cell):
    assert guarded(cell)[:1] not in DANGEROUS
    assert unguarded(guarded(cell)) == cell
