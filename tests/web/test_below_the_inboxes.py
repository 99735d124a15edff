"""The newsroom's site beside the demo's inboxes, so that the links in the demo's mails lead somewhere."""

import pytest
from newsroom import DAY, MORNING, NEWSLETTER
from visitor import FORM, ONE_CLICK, Visitor, leave_link, preferences_link, status, subscription

from digest.demo.day import PICTURES
from digest.demo.inbox import inbox_app
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.web.application import web_app


@pytest.fixture
def demo(database, settings):
    inboxes = inbox_app([], PICTURES)
    inboxes.mount("/", web_app(settings, database, lambda: MORNING))
    with serve_in_thread(inboxes, bind_loopback()) as base:
        yield Visitor(base)


@pytest.mark.usefixtures("published")
def test_both_answer_and_each_keeps_its_own_policy(demo, database):
    number = subscription(database)
    assert "No mail yet" in demo.get("/inbox/").words
    assert "To subscribe" in demo.get("/").words
    assert demo.get("/inbox/inbox.css").status == 200
    assert demo.get("/static/pages.css").status == 200
    assert "form-action 'self'" in demo.get(leave_link(number)).headers["Content-Security-Policy"]
    assert "sandbox" in demo.get(f"/archive/{NEWSLETTER}/{DAY}").headers["Content-Security-Policy"]
    assert demo.get(preferences_link(number)).status == 200
    assert demo.ask("POST", leave_link(number), ONE_CLICK, FORM).status == 200
    assert status(database, number) == "unsubscribed"


def test_the_site_keeps_its_own_rules_for_what_may_be_kept(demo):
    assert demo.get("/").headers["Cache-Control"] == "public, max-age=300"
    assert demo.get("/static/pages.css").headers["Cache-Control"].endswith("immutable")
    assert demo.get("/inbox/").headers["Cache-Control"] == "no-store"


def test_the_inboxes_are_found_without_the_last_slash(demo):
    answer = demo.get("/inbox")
    assert (answer.status, answer.headers["Location"]) == (307, "/inbox/")
