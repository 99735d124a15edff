"""The pages as a reader sees and works them: on a phone, on a desk, by day and by night, with a keyboard."""

import shutil

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from blank_database import blank_sqlite
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from joining import open_site, standings
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from page_pictures import Tour
from playwright.sync_api import sync_playwright
from visitor import leave_link, preferences_link, status, subscription

from digest.building import build_edition
from digest.cli.embed import pasted_box
from digest.delivery.publishing import publish
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.rendering.template_folder import templates_folder
from digest.web.serving import address_of

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WIDTHS = (320, 640, 1280)  # the narrowest phone, where the look changes, a desk
LONG = """
[newsletters.long]
name = "The Weekly Survey of Everything That Happened at the Quay"
pitch = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft and other long words."
from = "long@quay.example"
timezone = "America/Argentina/Buenos_Aires"
"""
# What other pages are made of, and the box that is pasted: not pages of their own.
FRAMES = {"page.html", "private.html", "framed.html", "words.html", "form.html", "box.html"}
TARGETS = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), label.choice')]
  .filter(e => !e.closest('[aria-hidden]') && !(e.type === 'checkbox'))
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])"""
SMALL = """() => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.textContent.trim())"""
# All that axe knows by day; by night only the colours are other ones.
AXE = """([night]) => axe.run(night ? {runOnly: ['color-contrast']} : {}).then(found => found.violations
  .filter(one => ['serious', 'critical'].includes(one.impact)).map(one => [one.id, one.nodes[0].html]))"""


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
    opened = blank_sqlite(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def tour(tmp_path, database):
    settings = configure(tmp_path, database.url, more=LONG, mornings="reader")
    enlist(database, 3)
    enlist(database, 1, "long")
    stock(database)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    publish(database, built, built.schedule, MORNING)
    listener = bind_loopback()
    settings = settings.model_copy(update={"site": settings.site.model_copy(update={"base_url": address_of(listener)})})
    with open_site(settings, database) as app, serve_in_thread(app, listener) as address:
        yield Tour(address, settings, database, NEWSLETTER, "reader1@example.org", MORNING)


@pytest.fixture
def base(tour):
    return tour.base


@pytest.fixture
def page(browser, base):
    with browser.new_context(base_url=base) as context:
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        yield page


def test_every_page_is_read_by_all_by_day_and_by_night_and_fits_from_320_to_1280_px(page, tour):
    seen, complaints = set(), {}
    for name in tour.walk(page):
        seen.add(name)
        wrong = [width for width in WIDTHS if runs_out_at(page, width)]
        wrong += page.evaluate(SMALL) + [box for box in page.evaluate(TARGETS) if box[1] < 44]
        page.evaluate(AXE_SCRIPT)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            wrong += page.evaluate(AXE, [scheme == "dark"])
        complaints |= {name: wrong} if wrong else {}
    assert complaints == {}
    shown = {template.name for template in (templates_folder() / "pages").glob("*.html")}
    assert len(seen) > len(shown - FRAMES - {"trouble.html", "refused.html"})
    assert [words for words in page.complaints if "Content Security Policy" in words] == []


def runs_out_at(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    return page.evaluate("document.documentElement.scrollWidth") > width


def test_one_signs_up_with_the_keyboard_alone_and_is_told_what_is_wrong_s12(page, base):
    page.goto(f"{base}/embed/{NEWSLETTER}")
    page.keyboard.press("Tab")
    focus = page.evaluate("[document.activeElement.name, getComputedStyle(document.activeElement).outlineWidth]")
    assert focus == ["email", "3px"]
    page.keyboard.type("postmaster@example.org")
    page.keyboard.press("Enter")
    page.wait_for_selector("#email-error")
    described = page.evaluate("document.querySelector('#email').getAttribute('aria-describedby')").split()
    assert "belongs to a role" in page.locator(f"#{described[0]}").inner_text()
    page.locator("#email").fill("ann@example.org")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Sign Up Now"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Check your inbox")


@pytest.fixture
def story(tour):
    """The address of another newsroom's story, with the box in a frame and pasted below it."""
    box = pasted_box(tour.settings.site, "long", tour.settings.newsletters["long"])
    frame = f'<iframe title="Box" src="{tour.base}/embed/{NEWSLETTER}"></iframe>'
    newsroom = FastAPI()
    newsroom.add_api_route("/", lambda: HTMLResponse(f"<!doctype html><title>A story</title>{frame}{box}"))
    with serve_in_thread(newsroom, bind_loopback()) as address:
        yield address.replace("127.0.0.1", "localhost")


def test_the_box_works_in_a_frame_and_pasted_on_a_page_of_another_origin(page, story, database):
    page.goto(story)
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your email address").fill("framed@example.org")
    frame.get_by_role("button").click()
    frame.get_by_role("heading", name="Check your inbox").wait_for()
    page.locator("body > form").get_by_label("Your email address").fill("pasted@example.org")
    page.get_by_role("button", name="Sign Up Now").click()
    page.wait_for_selector("text=Check your inbox")
    assert standings(database, "framed@example.org") == {NEWSLETTER: "pending"}
    assert standings(database, "pasted@example.org") == {"long": "pending"}
    assert page.context.cookies() == []


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


def test_the_policy_stops_nothing_that_the_web_version_needs(page, base):
    page.goto(f"{base}/archive/{NEWSLETTER}/{DAY}")
    assert [words for words in page.complaints if "Content Security Policy" in words] == []


def test_the_web_version_is_styled_and_its_links_can_be_followed(page, base):
    page.goto(f"{base}/archive/{NEWSLETTER}/{DAY}")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "34px"
    page.route("**/stories/1", lambda route: route.fulfill(body="the story"))
    page.click("text=Story number 1 comes from the quay")
    page.wait_for_url("https://quay.example/stories/1")
