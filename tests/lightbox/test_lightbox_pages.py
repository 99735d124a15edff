"""The lightbox in a browser, and the pictures it takes."""

import http.client
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from blank_database import blank_sqlite
from changing import change
from newsroom import NEWSLETTER, SECRET
from playwright.sync_api import expect, sync_playwright

from digest.demo.serving import bind_loopback, serve_in_thread
from digest.errors import BadInputError
from digest.lightbox.chromium import chromium_running
from digest.lightbox.pages import PANELS, lightbox_app
from digest.lightbox.pictures import take_pictures
from digest.lightbox.views import View, Width

DIGEST = Path(sys.executable).with_name("digest")


@pytest.fixture
def database(tmp_path):
    """One database is enough here: what differs between them, test_watching asks both."""
    database = blank_sqlite(tmp_path)
    yield database
    database.close()


@pytest.fixture
def served(watch):
    with serve_in_thread(lightbox_app(watch.latest), bind_loopback()) as address:
        yield address


def get(address, path, host=None):
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    with closing(connection):
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        body = answer.read().decode()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_the_pages_show_the_edition_and_all_about_it(served, watch):
    told = {panel: get(served, f"/?panel={panel}")[2] for panel in PANELS}
    sight = watch.latest()
    assert all(sight.preview.artifact.subject in page for page in told.values())
    assert "You get this mail at" in told["text"]
    assert "List-Unsubscribe-Post" in told["headers"]
    assert "published 2026-03-15" in told["stories"]
    assert "<mark>http://127.0.0.1:8000</mark>" in told["lint"]
    assert "In it anew: 3" in told["difference"]
    assert "No longer in it: 3" in told["difference"]
    assert "+Story number 11" in told["difference"]
    for page in told.values():
        assert SECRET not in page


def test_the_mail_is_shown_without_anything_that_could_act_and_to_this_machine_alone(served):
    status, headers, page = get(served, "/mail?dark=1")
    assert (status, "@media all {" in page) == (200, True)
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "img-src 'none'" in get(served, "/mail?pictures=0")[1]["content-security-policy"]
    assert "<style>" not in get(served, "/mail?styles=0")[2]
    assert get(served, "/", host="news.example.org")[0] == 400
    assert get(served, "/?width=sofa")[0] == 422


def test_preview_serves_it_until_it_is_told_to_end(watch):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    process = subprocess.Popen(
        [DIGEST, "--config", watch.config, "preview", NEWSLETTER, "--date", f"{watch.local_date}", "--serve"],
        stdout=subprocess.PIPE,
        text=True,
        env={**clean, "PYTHONUNBUFFERED": "1"},
    )
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group()
        assert watch.latest().preview.artifact.subject in get(address, "/")[2]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs chromium on the PATH")
    return path


def test_a_page_that_is_open_shows_a_change_by_itself(served, look, chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{served}/?width=phone")
        mail = page.frame_locator("iframe")
        expect(mail.get_by_text("Top stories")).to_be_visible()
        change(look / "edition.html", "Top stories", "The first")
        expect(mail.get_by_text("The first")).to_be_visible(timeout=10_000)
        change(look / "edition.html", "{% block stories %}", "{% block stories %}{{ weather }}")
        expect(page.get_by_role("alert")).to_contain_text("nothing is called 'weather'", timeout=10_000)
        browser.close()


@pytest.mark.usefixtures("chromium")
def test_pictures_are_as_wide_as_the_screen_and_as_high_as_the_mail(watch, tmp_path):
    views = (View(Width.PHONE), View(Width.PHONE, dark=True, pictures=False))
    light, dark = take_pictures(watch.latest().preview, tmp_path / "pictures", views)
    assert (light.name, dark.name) == ("phone-light.png", "phone-dark-no-pictures.png")
    width, height = struct.unpack(">II", light.read_bytes()[16:24])
    assert (width, height > 700) == (375, True)
    assert light.read_bytes() != dark.read_bytes()


def test_without_a_browser_it_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadInputError, match="need a Chromium or Chrome on the PATH"), chromium_running():
        pass
