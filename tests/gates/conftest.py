"""What the gates look at: the demo's day on a fixed date, an Arabic and a Japanese edition; and the tools.

A gate never skips: a tool that is missing is a failed gate.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from blank_database import blank_sqlite
from drawings import png
from playwright.sync_api import Browser, Page, Route, sync_playwright
from samples import ARABIC_PUBLICATION, JAPANESE_PUBLICATION, arabic_edition, japanese_edition

from digest.articles.defaults import Defaults
from digest.articles.importing import import_articles
from digest.articles.reading import read_articles
from digest.configuration import load_settings
from digest.demo.day import OWN_NEWSROOM, write_sample_day
from digest.demo.story import EXAMPLE
from digest.preview import preview_edition
from digest.rendering.inlining import inline_css
from digest.rendering.rehearsal import EVERYTHING, FURNISHED
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings.theme import ThemeSettings

LOOKS = ("daily-headlines", "headlines", "letter")
NODE_MODULES = Path(__file__).parent / "node_modules"
DAY = date(2026, 11, 22)
CUTOFF = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SITE = "https://news.harbourpost.example"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-golden", action="store_true", help="keep what is rendered now as the golden files")


@dataclass(frozen=True)
class Edition:
    """The demo's edition of 22 November 2026: its parts as the sample reader has them, and its page before inlining."""

    page: str
    html: str
    text: str
    wire: bytes


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    folder = tmp_path_factory.mktemp("demo")
    words = EXAMPLE.read_text(encoding="utf-8").replace("@BASE_URL@", SITE).replace("@SECRET@", "s" * 40)
    (folder / "digest.toml").write_text(words.replace("@SMTP_URL@", "smtp://127.0.0.1:25"), encoding="utf-8")
    settings = load_settings(folder / "digest.toml", {})
    database = blank_sqlite(folder)
    day = folder / "articles.jsonl"
    write_sample_day(day, CUTOFF, f"{SITE}/pictures")
    with day.open("rb") as unused:
        articles = read_articles([str(day)], Defaults(), frozenset({OWN_NEWSROOM}), unused)
        import_articles(database, articles, lambda: MORNING)
    pages: list[str] = []
    preview = preview_edition(database, settings, "daily-headlines", DAY, MORNING, inline=_kept(pages))
    database.close()
    files = preview.files()
    html, text = (files[name].decode() for name in ("edition.html", "edition.txt"))
    return Edition(pages[0], html, text, files["edition.eml"])


def _kept(pages: list[str]) -> Callable[[str], str]:
    def inline(page: str) -> str:
        pages.append(page)
        return inline_css(page)

    return inline


@pytest.fixture(scope="session")
def editions(demo: Edition) -> dict[str, str]:
    looks = {name: load_template(templates_folder() / "editions" / name) for name in LOOKS}
    front, *_ = looks.values()
    banded = replace(FURNISHED, theme=ThemeSettings(section_look="band"))
    return {
        "the demo's day": demo.html,
        "Arabic": render_edition(arabic_edition(), ARABIC_PUBLICATION, front).html,
        "Japanese": render_edition(japanese_edition(), JAPANESE_PUBLICATION, front).html,
        **{name: render_edition(EVERYTHING, banded, look).html for name, look in looks.items()},
    }


@pytest.fixture(scope="session")
def tool() -> Callable[[str, str], str]:
    def find(name: str, package: str) -> str:
        found = shutil.which(name)
        if found is None:
            pytest.fail(f"{name} is not on the path: install {package} (named as in Debian)")
        return found

    return find


@pytest.fixture(scope="session")
def from_npm() -> Callable[[str], Path]:
    def find(path: str) -> Path:
        if not (NODE_MODULES / path).exists():
            pytest.fail(f"{path} is not in {NODE_MODULES}: run 'make mail-check', which installs it")
        return NODE_MODULES / path

    return find


@pytest.fixture(scope="session")
def browser(tool: Callable[[str, str], str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium", "chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    drawing = png(64, 36)

    def answer(route: Route) -> None:
        if route.request.resource_type == "image":
            route.fulfill(body=drawing, content_type="image/png")
        else:
            route.abort()

    page.route("**/*", answer)
    yield page
    context.close()
