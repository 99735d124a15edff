"""The page as a browser lays it out, which is how most mail clients do."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from drawings import png
from playwright.sync_api import Browser, Page, Route, sync_playwright
from samples import (
    ARABIC_PUBLICATION,
    JAPANESE_PUBLICATION,
    PUBLICATION,
    arabic_edition,
    edition,
    japanese_edition,
    picture,
    story,
)

from digest.rendering.render import render_edition
from digest.rendering.template import load_template

WIDTHS = (320, 375, 480, 600, 1024)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
HARD = (
    story(0, headline="A" * 300, summary="https://www.harbourpost.example/" + "a" * 200, byline="B" * 100),
    story(1, image=picture(1, 400, 900), headline="Word " * 60),
    story(2, image=picture(2, 64, 36), source="S" * 80, own=False),
    story(3),
    story(4, headline="<script>alert(1)</script> 😀", section="T" * 80),
    story(5, source="S" * 80, headline="C" * 120, own=False),
)
EDITIONS = {
    "one story": (edition(1), PUBLICATION),
    "twelve stories": (edition(12), PUBLICATION),
    "forty stories": (edition(40), replace(PUBLICATION, logo_url="https://pictures.harbourpost.example/logo.png")),
    "no pictures": (edition(12, tuple(story(place, image=None) for place in range(12))), PUBLICATION),
    "hard words": (edition(6, HARD), PUBLICATION),
    "Arabic": (arabic_edition(), ARABIC_PUBLICATION),
    "Japanese": (japanese_edition(), JAPANESE_PUBLICATION),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def drawing() -> bytes:
    return png(320, 180)


@pytest.fixture
def page(browser: Browser, drawing: bytes) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()

    def answer(route: Route) -> None:
        if route.request.resource_type == "image":
            route.fulfill(body=drawing, content_type="image/png")
        else:
            route.abort()

    page.route("**/*", answer)
    yield page
    context.close()


def show(page, look, name, width=600, *, styled=True):
    contents, publication = EDITIONS[name]
    html = render_edition(contents, publication, look).html
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(html if styled else re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL), wait_until="load")


@pytest.mark.parametrize("styled", [True, False], ids=["with the kept block", "without it"])
@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_runs_out_of_the_window_at_any_width_m08_and_m27(page, look, name, styled):
    show(page, look, name, styled=styled)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1 }"
        assert page.evaluate(f"[...document.querySelectorAll('body *')].filter({beyond}).map(e => e.outerHTML)") == []


@pytest.mark.parametrize("styled", [True, False], ids=["with the kept block", "without it"])
@pytest.mark.parametrize("look_name", ["headlines", "letter"])
def test_no_look_of_ours_runs_out_of_the_window_m08(page, look_folder, look_name, styled):
    other = load_template(look_folder.parent / look_name)
    for name in ("hard words", "Arabic", "Japanese"):
        show(page, other, name, styled=styled)
        for width in WIDTHS[:3]:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def box(page, selector):
    return page.locator(selector).first.bounding_box()


def test_the_column_is_600_px_wide_in_a_wide_window_m10(page, look):
    show(page, look, "twelve stories", 1024)
    assert page.evaluate("document.querySelector('table').getBoundingClientRect().width") == 600


@pytest.mark.parametrize("styled", [True, False], ids=["with the kept block", "without it"])
def test_the_masthead_stands_above_the_standfirst_that_comes_first_in_the_source(page, look, styled):
    show(page, look, "twelve stories", styled=styled)
    assert box(page, "h1")["y"] < box(page, "text=The islands count their fuel")["y"] < box(page, "h2")["y"]


@pytest.mark.parametrize(("name", "side"), [("twelve stories", "right"), ("Arabic", "left")])
def test_a_thumbnail_stands_at_the_far_side_on_a_desk(page, look, name, side):
    show(page, look, name, 1024)
    thumb, words = box(page, ".thumb img"), box(page, ".words")
    assert abs(thumb["y"] - words["y"]) < 8
    assert (thumb["x"] > words["x"]) == (side == "right")
    assert thumb["width"] == 184


def test_a_thumbnail_stands_above_the_words_on_a_phone_as_wide_as_they(page, look):
    show(page, look, "twelve stories", 375)
    thumb, words = box(page, ".thumb img"), box(page, ".words")
    assert thumb["y"] + thumb["height"] <= words["y"]
    assert thumb["width"] == words["width"] == 375 - 2 * 16


def test_a_lead_picture_spans_the_column(page, look):
    show(page, look, "twelve stories", 375)
    assert box(page, "img")["width"] == 375


def test_links_to_leave_are_as_tall_as_a_thumb_m16(page, look):
    show(page, look, "twelve stories", 375)
    for words in ("Unsubscribe", "Preferences", "View in browser", "Read the story"):
        assert box(page, f"a:text-is('{words}')")["height"] >= 44


CONTRASTS = """() => {
  const rgb = c => c.match(/[0-9.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; e = e.parentElement } return [255, 255, 255] };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.alt)
    .map(e => { const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), parseFloat(getComputedStyle(e).fontSize), e.alt || e.textContent.trim()] }) }"""


@pytest.mark.parametrize("name", ["twelve stories", "forty stories"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_is_large_and_dark_enough_in_light_and_in_dark_m15(page, look, scheme, name):
    page.emulate_media(color_scheme=scheme)
    show(page, look, name)
    measured = page.evaluate(CONTRASTS)
    assert len(measured) > 4
    assert any(words == picture(0).alt for _, _, words in measured)
    assert [words for contrast, size, words in measured if contrast < 4.5 or size < 14] == []


def test_the_line_under_a_picture_that_is_off_has_the_ink_of_its_words(page, look):
    page.emulate_media(color_scheme="dark")
    show(page, look, "twelve stories")
    inks = (
        "[...document.querySelectorAll('a > img')].map(e => [e, e.parentElement].map(o => getComputedStyle(o).color))"
    )
    pictures = page.evaluate(inks)
    assert len(pictures) == 3
    assert {ink for both in pictures for ink in both} == {"rgb(169, 164, 155)"}


def test_dark_mode_darkens_the_page(page, look):
    page.emulate_media(color_scheme="dark")
    show(page, look, "twelve stories")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 15, 16)"


def test_without_pictures_every_headline_is_still_to_be_read_m14(page, look):
    page.unroute_all()
    page.route("**/*", lambda route: route.abort())
    show(page, look, "twelve stories", 375)
    for told in edition(12).stories:
        assert page.locator(f'a:text-is("{told.headline}")').first.is_visible()
