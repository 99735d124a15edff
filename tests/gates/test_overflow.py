"""M08: nothing runs out of the window at five widths, with the kept block and without it."""

import re

import pytest

WIDTHS = (320, 375, 480, 600, 1024)
STYLE_BLOCK = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)


@pytest.fixture
def too_wide(page):
    def check(html):
        page.set_content(html, wait_until="load")
        over = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over += [width] if page.evaluate("document.documentElement.scrollWidth") > width else []
        return over

    return check


@pytest.mark.parametrize("styled", [True, False], ids=["with the kept block", "without it"])
@pytest.mark.parametrize("name", ["the demo's day", "Arabic", "Japanese", "daily-headlines", "headlines", "letter"])
def test_nothing_runs_out_of_the_window(editions, too_wide, name, styled):
    assert too_wide(editions[name] if styled else STYLE_BLOCK.sub("", editions[name])) == []


def test_it_would_see_a_line_that_does_not_break(editions, too_wide):
    spoiled = editions["the demo's day"].replace("<h1", '<h1 style="width:500px"', 1)
    assert too_wide(spoiled) == [320, 375, 480]
