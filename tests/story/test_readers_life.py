"""A reader's whole life: from the box under an article of another site into the list, out of it, and back."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from at_work import RING, AtWork, newsroom_at_work
from blank_database import blank_postgresql, blank_sqlite
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from newsroom import NEWSLETTER
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright
from raw_http import FORM, ask

from digest.demo.opened import OpenedMail
from digest.demo.serving import bind_loopback, serve_in_thread
from subscribers.tokens import Purpose

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
READER, ANOTHER, MOVED = "ann@example.org", "reader1@example.org", "moved@example.net"
# The body of a one-click, which RFC 8058 §3.1 lets the mail client write in either of two encodings.
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = "multipart/form-data; boundary=edge"
IN_PARTS = b'--edge\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--edge--\r\n'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def article_with(box: str) -> Iterator[str]:
    """Give the address of an article on another site, with *box* below it."""
    site = FastAPI()
    site.add_api_route("/", lambda: HTMLResponse(f"<!doctype html><title>A story</title><p>A story.</p>{box}"))
    with serve_in_thread(site, bind_loopback()) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that runs no script."""
    with browser.new_context(java_script_enabled=False) as context:
        context.set_default_timeout(20_000)
        yield context.new_page()
        assert context.cookies() == []


def test_a_reader_comes_in_by_the_pasted_box_leaves_in_one_click_and_comes_back(tmp_path, page) -> None:
    with newsroom_at_work(tmp_path, blank_sqlite(tmp_path)) as newsroom:
        pasted = newsroom.digest("embed", NEWSLETTER)
        with article_with(pasted.out) as address:
            page.goto(address)
            sign_up(page)
            page.get_by_role("heading", name="Check your inbox").wait_for()
        confirm(newsroom, page)

        newsroom.send(day=0, first=1)
        first = newsroom.mail(READER, 2)
        assert "Story number 1 comes from the quay" in first.html
        leave_by_one_click(newsroom, first, FORM, ONE_CLICK)
        come_back(newsroom, page, first)
        leave_by_one_click(newsroom, first, MULTIPART, IN_PARTS)

        newsroom.send(day=1, first=11)
        assert "Story number 11 comes from the quay" in newsroom.mail(ANOTHER, 2).html
        assert len(newsroom.mails(READER)) == 2
        come_back(newsroom, page, first)


def test_who_comes_in_by_the_box_in_a_frame_finds_the_latest_edition_waiting(tmp_path, postgresql, page) -> None:
    with newsroom_at_work(tmp_path, blank_postgresql(postgresql)) as newsroom:
        newsroom.send(day=0, first=1)
        with article_with(f'<iframe src="{newsroom.base}/embed/{NEWSLETTER}" height="500"></iframe>') as address:
            page.goto(address)
            frame = page.frame_locator("iframe")
            sign_up(frame)
            frame.get_by_role("heading", name="Check your inbox").wait_for()
        confirm(newsroom, page, tick="Mail me the latest edition too")
        page.get_by_role("link", name="Story number 1 comes from the quay").click()
        page.wait_for_url(f"{newsroom.base}/archive/**")
        latest = newsroom.mail(READER, 2)
        assert "Story number 1 comes from the quay" in latest.html
        leave_by_one_click(newsroom, latest, FORM, ONE_CLICK)


def test_a_reader_moves_to_another_address_takes_their_data_and_is_erased(tmp_path, page) -> None:
    with newsroom_at_work(tmp_path, blank_sqlite(tmp_path)) as newsroom:
        token = RING.sign(Purpose.PREFERENCES, newsroom.subscription(ANOTHER), bound_to=ANOTHER)
        preferences = f"{newsroom.base}/preferences/{token}"
        page.goto(preferences)
        page.get_by_role("button", name="Change your address").click()
        page.get_by_label("Your new email address").fill(MOVED)
        page.get_by_role("button", name="Send the mail").click()
        page.get_by_role("heading", name="Check your new inbox").wait_for()
        asking = newsroom.mail(MOVED)
        assert ANOTHER not in asking.html + asking.text
        (link,) = set(re.findall(rf"{newsroom.base}/change/[\w-]+", asking.html))
        page.goto(link)
        assert newsroom.standings(ANOTHER) == {NEWSLETTER: "active"}
        page.get_by_role("button", name="Yes, write to me here").click()
        page.get_by_role("heading", name="We write to you here now").wait_for()

        newsroom.send(day=0, first=1)
        edition = newsroom.mail(MOVED, 2).html
        assert "Story number 1 comes from the quay" in edition
        assert newsroom.mails(ANOTHER) == []

        page.goto(preferences)
        page.get_by_role("heading", name="This link opens nothing").wait_for()
        (preferences,) = re.findall(rf"{newsroom.base}/preferences/[\w-]+", edition)
        page.goto(preferences)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download what we keep about you").click()
        told = json.loads(download.value.path().read_text(encoding="utf-8"))
        assert (told["reader"]["address"], told["deliveries"][0]["status"]) == (MOVED, "sent")
        page.goto(preferences)
        page.get_by_role("button", name="Erase everything about you").click()
        page.get_by_role("button", name="Erase everything", exact=True).click()
        page.get_by_role("heading", name="Everything about you is erased").wait_for()
        assert MOVED not in repr(newsroom.every_row())


def sign_up(box: Page | FrameLocator) -> None:
    box.get_by_label("Your email address").fill(READER)
    box.get_by_role("button", name="Sign Up Now").click()


def confirm(newsroom: AtWork, page: Page, tick: str = "") -> None:
    """Follow the link of the mail that asks, and press the button there."""
    mail = newsroom.mail(READER)
    (link,) = set(re.findall(rf"{newsroom.base}/confirm/[\w-]+", mail.html))
    page.goto(link)
    assert newsroom.standings(READER) == {NEWSLETTER: "pending"}
    if tick:
        page.get_by_label(tick).check()
    page.get_by_role("button", name="Yes, I want it").click()
    page.get_by_role("heading", name="You\u2019re in").wait_for()
    assert newsroom.standings(READER) == {NEWSLETTER: "active"}


def leave_by_one_click(newsroom: AtWork, mail: OpenedMail, encoding: str, body: bytes) -> None:
    """Leave as a mail client does it (RFC 8058): by the header alone, with no cookie, and sent nowhere else."""
    headers = dict(mail.headers)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(r"<(http[^>]+)>", headers["List-Unsubscribe"])
    assert link
    answer = ask("POST", link[1], body, encoding)
    assert (answer.status, answer.headers["Set-Cookie"], answer.headers["Location"]) == (200, None, None)
    assert newsroom.standings(READER) == {NEWSLETTER: "unsubscribed"}


def come_back(newsroom: AtWork, page: Page, mail: OpenedMail) -> None:
    """Undo it on the page behind the mail's own link."""
    link = re.search(rf"{newsroom.base}/u/[\w-]+", mail.html)
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Subscribe again").click()
    page.get_by_text("You get Morning Headlines again").wait_for()
    assert newsroom.standings(READER) == {NEWSLETTER: "active"}
