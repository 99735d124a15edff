"""The proof of work in the pages: solved by a browser, not needed without one, and off unless it is wanted (S08)."""

import json
import shutil
from dataclasses import dataclass
from urllib.parse import parse_qs

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from joining import open_site, sign_up, standings
from newsroom import MORNING, NEWSLETTER, configure
from playwright.sync_api import sync_playwright
from proof_maker import sealed, solved
from visitor import RING

from digest.demo.serving import bind_loopback, serve_in_thread
from subscribers.proof import ProofOfWork

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ON = "[signup]\nproof_of_work = true\nunstamped_per_ip_hour = 2\n"


@pytest.fixture
def settings(database, tmp_path):
    return configure(tmp_path, database.url, more=ON)


def challenge(site):
    answer = site.get("/challenge")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    return json.loads(answer.body)


def test_a_form_with_a_proof_is_held_to_the_wider_limit_and_one_without_to_the_stricter(site, database):
    answers = [sign_up(site, f"poor{number}@example.org") for number in range(3)]
    assert ["One more press" in answer.words for answer in answers] == [False, False, True]
    rich = sign_up(site, "rich@example.org", proof=sealed(solved(challenge(site))))
    assert "Check your inbox" in rich.words
    assert standings(database, "rich@example.org") == {NEWSLETTER: "pending"}


def test_who_has_no_script_is_told_why_the_press_does_not_help(site, serve, database, tmp_path):
    pages = [sign_up(site, f"poor{number}@example.org").words for number in range(3)]
    assert ["<noscript><p>Does this page come back?" in page for page in pages] == [False, False, True]
    without = serve(configure(tmp_path, database.url, more="[signup]\nunstamped_per_ip_hour = 1\n"))
    again = [sign_up(without, f"plain{number}@example.org", stamp="").words for number in range(2)][-1]
    assert ("One more press" in again, "<noscript>" in again) == (True, False)


def test_a_proof_that_was_used_is_none(site):
    proof = sealed(solved(challenge(site)))
    words = [sign_up(site, f"reader{number}@example.com", proof=proof).words for number in range(4)]
    assert ["One more press" in each for each in words] == [False, False, False, True]


def test_the_api_carries_a_proof(site):
    def ask(number, **more):
        told = {"email": f"api{number}@example.org", "newsletters": [NEWSLETTER], **more}
        return site.ask("POST", "/api/subscriptions", json.dumps(told).encode(), {"Content-Type": "application/json"})

    assert [ask(number).status for number in range(3)] == [202, 202, 429]
    assert ask(3, proof=sealed(solved(challenge(site)))).status == 202


def test_a_hint_hands_the_proof_on(site):
    assert 'name="proof" value="abc"' in sign_up(site, "ann@gmial.com", proof="abc").words


def test_the_pages_may_run_that_one_script_and_no_other(site):
    for path in ("/", f"/embed/{NEWSLETTER}"):
        answer = site.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'; connect-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.words.count("<script") == 1
    assert site.get("/static/proof.js").headers["Content-Type"].startswith("text/javascript")


def test_off_there_is_neither_challenge_nor_script(serve, database, tmp_path):
    site = serve(configure(tmp_path, database.url))
    assert [site.get(path).status for path in ("/challenge", "/static/proof.js")] == [404, 404]
    assert "<script" not in site.get("/").words


@dataclass(frozen=True)
class Visited:
    database: object
    page: object
    base: str

    def fill_in(self, where, email):
        where.get_by_label("Your email address").fill(email)
        where.get_by_role("button", name="Sign Up Now").click()
        where.get_by_role("heading", name="Check your inbox").wait_for()


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def visited(request, settings, database):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium on the PATH")
    with (
        open_site(settings, database) as app,
        serve_in_thread(app, bind_loopback()) as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_context(java_script_enabled=request.param).new_page()
        page.set_default_timeout(30_000)
        yield Visited(database, page, base)
        browser.close()


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_a_browser_signs_up_with_and_without_javascript_on_our_page_and_in_a_frame_elsewhere(visited, request):
    has_script = "no script" not in request.node.callspec.id
    posted = []
    visited.page.on("request", lambda asked: posted.extend([asked.post_data] if asked.method == "POST" else []))
    elsewhere = FastAPI()
    frame = f'<title>A story</title><iframe src="{visited.base}/embed/{NEWSLETTER}" height="600"></iframe>'
    elsewhere.add_api_route("/", lambda: HTMLResponse(frame))
    with serve_in_thread(elsewhere, bind_loopback()) as other:
        visited.page.goto(other.replace("127.0.0.1", "localhost"))
        visited.fill_in(visited.page.frame_locator("iframe"), "framed@example.org")
    if has_script:
        visited.page.goto(visited.base)
        visited.fill_in(visited.page, "ann@example.org")
    proofs = [ProofOfWork(RING).read(parse_qs(body).get("proof", [""])[0], MORNING) for body in posted]
    assert [bool(proof) for proof in proofs] == ([True, True] if has_script else [False])
    assert len({*proofs}) == len(proofs)
    assert standings(visited.database, "framed@example.org") == {NEWSLETTER: "pending"}
