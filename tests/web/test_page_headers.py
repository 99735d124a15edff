"""The headers of every answer, and the frame of every page."""

import re
from itertools import product

import pytest
from joining import confirm_link, not_me_link, sign_up
from newsroom import DAY, NEWSLETTER
from visitor import leave_link, preferences_link, subscription

from digest.rendering.template_folder import templates_folder
from digest.settings.theme import ThemeSettings

PUBLIC = ["/", f"/archive/{NEWSLETTER}", f"/archive/{NEWSLETTER}/{DAY}", "/static/pages.css"]
PRIVATE = ["leave", "preferences", "confirm", "not me", "/u/forged", "/preferences/forged", "/confirm/forged"]
OTHERS = ["/embed/morning", "/api/openapi.json", "/subscribe", "/healthz", "/readyz", "/nothing", "/u/", "/favicon.ico"]


@pytest.fixture
def path_of(database, readers):
    number = subscription(database, readers[0])
    known = {"leave": leave_link(number), "preferences": preferences_link(number)}
    known |= {"confirm": confirm_link(7), "not me": not_me_link(7)}
    return lambda path: known.get(path, path)


@pytest.mark.usefixtures("published")
def test_every_answer_is_guarded_s10(site, path_of):
    for path in PUBLIC + PRIVATE + OTHERS:
        headers = site.get(path_of(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src "), path
        assert "script" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Set-Cookie"] is None, path


def test_what_stands_behind_a_token_is_neither_kept_nor_indexed_s10(site, path_of):
    for path, method in product(PRIVATE, ["GET", "HEAD", "POST"]):
        headers = site.ask(method, path_of(path), b"").headers
        assert headers["Cache-Control"] == "no-store", (method, path)
        assert headers["X-Robots-Tag"] == "noindex", (method, path)


def test_the_answer_to_a_form_is_neither_kept_nor_indexed_s10(site):
    for answer in (sign_up(site), sign_up(site, email="")):
        assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
        assert answer.headers["Set-Cookie"] is None


@pytest.mark.usefixtures("published")
def test_a_page_has_one_h1_a_language_and_no_script(site, path_of):
    for path in ["/", f"/archive/{NEWSLETTER}", *PRIVATE, "/nothing"]:
        page = site.get(path_of(path)).words
        tags = "".join(re.findall(r"<[^>]*>", page))
        assert page.count("<h1") == 1, path
        assert '<html lang="en" dir="ltr">' in page, path
        assert not re.search(r"<script|\son\w+=|\sstyle=", tags), path


def test_the_stylesheet_may_be_kept_for_ever_for_its_address_changes_with_it(site):
    link = re.search(r'href="(/static/pages.css\?[0-9a-f]{12})"', site.get("/").words).group(1)
    answer = site.get(link)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.body == (templates_folder() / "pages" / "pages.css").read_bytes()


def test_the_pages_have_the_newsrooms_theme_by_day_and_by_night(serve, settings):
    theme = ThemeSettings(accent="#0b4f6c", headline_font="Futura, sans-serif")
    site = serve(settings.model_copy(update={"theme": theme}))
    link = re.search(r'href="(/static/pages.css\?[0-9a-f]{12})"', site.get("/").words).group(1)
    ours, _, palette = site.get(link).body.decode().rpartition(":root { --ink: #1a1a1a;")
    assert "--accent: #0b4f6c; --on-accent: #ffffff; --serif: Futura, sans-serif;" in palette
    assert "@media (prefers-color-scheme: dark) { :root { --ink: #ece9e4;" in palette
    assert f"--accent: {theme.night_accent}; --on-accent: #17181a;" in palette
    assert ours.encode() == (templates_folder() / "pages" / "pages.css").read_bytes()
