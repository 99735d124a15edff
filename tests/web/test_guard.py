"""What the guard adds to an answer, and what it leaves as the answer has it."""

import pytest
from fastapi import FastAPI, Response
from starlette.datastructures import MutableHeaders
from visitor import Visitor

from digest.demo.serving import bind_loopback, serve_in_thread
from digest.web.guard import PAGE_POLICY, Guard, embed_policy, put_guard_on, standing_headers

FRAMERS = "https://www.post.example http://localhost:*"
SHUT, OPEN = ("DENY", "same-origin"), (None, "same-origin")


def guarded(standing=None, **headers):
    """Give the headers of an answer that set *headers* itself."""
    own = MutableHeaders({name.replace("_", "-"): value for name, value in headers.items()})
    put_guard_on(own, standing or standing_headers("https://news.post.example"))
    return own


def openness(headers):
    return headers.get("X-Frame-Options"), headers.get("Cross-Origin-Resource-Policy")


def test_a_page_is_shut_to_other_sites_and_to_the_machine_it_is_read_on():
    headers = guarded()
    assert openness(headers) == SHUT
    assert headers["Content-Security-Policy"] == PAGE_POLICY
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(headers["Permissions-Policy"].split(", "))


def test_browsers_are_to_insist_on_https_where_the_site_is_on_it():
    assert guarded()["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in guarded(standing_headers("http://127.0.0.1:8000"))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (embed_policy(FRAMERS), OPEN),
        (embed_policy("https:"), OPEN),
        ("Frame-Ancestors 'self'", OPEN),
        ("default-src 'none';; frame-ancestors  'none' ; sandbox", SHUT),
        ("FRAME-ANCESTORS 'NONE'", SHUT),
        ("default-src 'none'; sandbox", SHUT),
        ("frame-src https:", SHUT),
        ("", SHUT),
    ],
)
def test_a_page_may_be_framed_where_its_own_policy_says_by_whom(policy, expected):
    headers = guarded(Content_Security_Policy=policy)
    assert openness(headers) == expected
    assert headers["Content-Security-Policy"] == policy


def test_a_page_that_may_be_framed_holds_no_more_than_any_other():
    assert embed_policy(FRAMERS).replace(FRAMERS, "'none'") == PAGE_POLICY


def test_a_picture_may_be_shown_anywhere_for_an_archived_mail_is_nowhere():
    assert openness(guarded(Content_Type="image/png")) == ("DENY", "cross-origin")
    assert openness(guarded(Content_Type="text/html; charset=utf-8")) == SHUT


def test_what_an_answer_set_itself_stays():
    own = {"X_Frame_Options": "SAMEORIGIN", "Cross_Origin_Resource_Policy": "same-site", "Cache_Control": "public"}
    headers = guarded(**own)
    assert {name: headers[name.replace("_", "-")] for name in own} == own


def test_the_guard_stands_before_every_answer():
    app = FastAPI()
    app.get("/box")(lambda: Response(headers={"Content-Security-Policy": embed_policy("https:")}))
    app.add_middleware(Guard, standing=standing_headers("https://news.post.example"))
    with serve_in_thread(app, bind_loopback()) as base:
        box, missing = Visitor(base).get("/box"), Visitor(base).get("/missing")
    assert openness(box.headers) == OPEN
    assert openness(missing.headers) == SHUT
    assert missing.headers["Strict-Transport-Security"] == "max-age=31536000"
