"""premailer and css-inline, which share no line, make pages that a browser shows alike."""

import css_inline
import pytest

# What inlining touches; sizes follow from these.
PROPERTIES = (
    *("color", "background-color", "font-family", "font-size", "font-weight", "line-height", "letter-spacing"),
    *("display", "text-align", "text-decoration-line", "vertical-align", "width", "max-width", "table-layout"),
    *(f"{kind}-{side}" for kind in ("padding", "margin") for side in ("top", "right", "bottom", "left")),
    *(f"border-{side}-{what}" for side in ("top", "bottom") for what in ("width", "color", "style")),
)
COMPUTED = """properties => [...document.querySelectorAll('body, body *')].map(element => {
  const style = getComputedStyle(element);
  return [element.tagName, ...properties.map(name => style.getPropertyValue(name))] })"""


@pytest.fixture
def computed(page):
    def check(html):
        page.set_viewport_size({"width": 640, "height": 900})
        page.set_content(html, wait_until="load")
        return page.evaluate(COMPUTED, PROPERTIES)

    return check


def oracle(html):
    # The second block is told apart by its attribute; css-inline has a name of its own for that.
    marked = html.replace('data-premailer="ignore"', 'data-css-inline="keep"')
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False).inline(marked)


def differences(one, other):
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def test_both_inliners_make_pages_that_look_alike(demo, computed):
    ours, theirs = computed(demo.html), computed(oracle(demo.page))
    assert len(ours) > 200
    assert differences(ours, theirs) == []


def test_a_style_that_only_one_applies_would_be_seen(demo, computed):
    spoiled = demo.html.replace("font-size:34px", "font-size:33px", 1)
    assert spoiled != demo.html
    assert len(differences(computed(spoiled), computed(oracle(demo.page)))) == 1
