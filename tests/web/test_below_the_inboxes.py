"""The site below the demo's inbox pages, so that the links in the demo's mails lead somewhere."""

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
    assert "No mail yet" in demo.get("/").words
    assert demo.get("/inbox.css").status == 200
    assert demo.get("/static/pages.css").status == 200
    assert "form-action 'self'" in demo.get(leave_link(number)).headers["Content-Security-Policy"]
    assert "sandbox" in demo.get(f"/archive/{NEWSLETTER}/{DAY}").headers["Content-Security-Policy"]
    assert demo.get(preferences_link(number)).status == 200
    assert demo.ask("POST", leave_link(number), ONE_CLICK, FORM).status == 200
    assert status(database, number) == "unsubscribed"
