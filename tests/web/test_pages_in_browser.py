"""The pages as a reader sees and works them: on a phone, on a desk, by day and by night, with a keyboard."""

import shutil

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from playwright.sync_api import sync_playwright
from visitor import leave_link, preferences_link, status, subscription

from digest.building import build_edition
from digest.database import Database
from digest.delivery.publishing import publish
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.upgrading import upgrade_schema
from digest.web.application import web_app

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WIDTHS = (320, 375, 768, 1280)
LONG = """
[newsletters.long]
name = "The Weekly Survey of Everything That Happened at the Quay"
pitch = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft and other long words."
from = "long@quay.example"
timezone = "America/Argentina/Buenos_Aires"
"""
CONTRASTS = """() => {
  const rgb = c => c.match(/[0-9.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; e = e.parentElement } return [255, 255, 255] };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => { const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), parseFloat(getComputedStyle(e).fontSize), e.textContent.trim()] }) }"""


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def database(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    upgrade_schema(opened)
    yield opened
    opened.close()


@pytest.fixture
def base(tmp_path, database):
    settings = configure(tmp_path, database.url, more=LONG)
    enlist(database, 1)
    enlist(database, 1, "long")
    stock(database)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    publish(database, built, built.schedule, MORNING)
    with serve_in_thread(web_app(settings, database, lambda: MORNING), bind_loopback()) as address:
        yield address


@pytest.fixture
def paths(database):
    number = subscription(database)
    return ["/", f"/archive/{NEWSLETTER}", "/nothing", "/u/cut", leave_link(number), preferences_link(number)]


@pytest.fixture
def page(browser, base):
    with browser.new_context(base_url=base) as context:
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        yield page


def test_nothing_runs_out_of_the_window_from_320_to_1280_px(page, base, paths):
    for path in paths:
        page.goto(base + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_is_large_and_dark_enough_by_day_and_by_night(page, base, paths, scheme):
    page.emulate_media(color_scheme=scheme)
    for path in paths:
        page.goto(base + path)
        faint = [words for contrast, size, words in page.evaluate(CONTRASTS) if contrast < 4.5 or size < 14]
        assert faint == [], path


def test_a_reader_leaves_and_comes_back_with_the_keyboard_alone(page, base, database):
    number = subscription(database)
    page.goto(base + leave_link(number))
    for _ in range(3):
        page.keyboard.press("Tab")
    focus = page.evaluate("[document.activeElement.innerText, getComputedStyle(document.activeElement).outlineWidth]")
    assert focus == ["Unsubscribe", "3px"]
    way_out = page.locator("button").bounding_box()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Subscribe again")
    assert status(database, number) == "unsubscribed"
    way_back = page.locator("button").bounding_box()
    assert (way_out["width"], way_out["height"]) == (way_back["width"], way_back["height"])
    assert way_back["height"] >= 48
    page.locator("button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You get Morning Headlines again")
    assert status(database, number) == "active"


def test_one_of_several_newsletters_is_left_by_its_own_button(page, base, database):
    morning, long = subscription(database), subscription(database, newsletter="long")
    page.goto(base + preferences_link(morning))
    page.get_by_role("button", name="Unsubscribe from The Weekly Survey").click()
    page.wait_for_selector("[role=status]")
    assert (status(database, long), status(database, morning)) == ("unsubscribed", "active")


def test_the_policy_stops_nothing_that_a_page_needs(page, base, paths):
    for path in [*paths, f"/archive/{NEWSLETTER}/{DAY}"]:
        page.goto(base + path)
    wrong = [words for words in page.complaints if "Content Security Policy" in words]
    assert wrong == []


def test_the_web_version_is_styled_and_its_links_can_be_followed(page, base):
    page.goto(f"{base}/archive/{NEWSLETTER}/{DAY}")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "34px"
    page.route("**/stories/1", lambda route: route.fulfill(body="the story"))
    page.click("text=Story number 1 comes from the quay")
    page.wait_for_url("https://quay.example/stories/1")
