"""The box on other sites' pages: framed, or pasted under an article."""

import re
from html.parser import HTMLParser

import pytest
from desk_folder import digest_in
from joining import NEW, mails, sign_up, standings
from newsroom import NEWSLETTER

from digest.cli.embed import pasted_box

FRAME = f"/embed/{NEWSLETTER}"


@pytest.fixture
def database_url(tmp_path):
    """One kind of database will do: what is written is told by tests of its own."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


class Parts(HTMLParser):
    """The tags of a piece of HTML, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_others_may_frame_the_box_and_nothing_else(site):
    headers = site.get(FRAME).headers
    policy = headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https: http://127.0.0.1:* http://localhost:*")
    assert "script" not in policy
    assert headers["X-Frame-Options"] is None
    assert headers["Set-Cookie"] is None
    assert site.get("/").headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_where_sites_are_named_no_other_may_frame_it(serve, settings):
    named = {"signup": settings.signup.model_copy(update={"embed_origins": ("https://news.example",)})}
    policy = serve(settings.model_copy(update=named)).get(FRAME).headers["Content-Security-Policy"]
    assert "frame-ancestors https://news.example http://127.0.0.1:*" in policy


def test_the_box_is_about_one_newsletter_and_brings_its_stamp(site):
    page = site.get(FRAME).words
    assert page.count("<h1") == 1
    assert f'<input type="hidden" name="newsletter" value="{NEWSLETTER}">' in page
    assert re.search(r'name="stamp" value="[0-9]+-[0-9a-f]{32}"', page)
    assert site.get("/embed/evening").status == 404


def test_what_is_answered_in_the_frame_may_stand_there_too(site):
    answers = [
        sign_up(site, frame=NEWSLETTER),
        sign_up(site, email="", frame=NEWSLETTER),
        sign_up(site, email="ann@gmial.com", frame=NEWSLETTER),
    ]
    assert [answer.status for answer in answers] == [200, 400, 200]
    for answer in answers:
        assert "frame-ancestors https:" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] is None
        assert 'class="framed"' in answer.words
    assert all(f'name="frame" value="{NEWSLETTER}"' in answer.words for answer in answers[1:])
    assert "frame-ancestors 'none'" in sign_up(site, frame="evening").headers["Content-Security-Policy"]


def test_the_pasted_box_needs_nothing_of_the_page_around_it(settings):
    box = pasted_box(settings.site, "weekend", settings.newsletters["weekend"])
    tags = Parts(box).tags
    assert {tag for tag, _ in tags} <= {"form", "p", "bdi", "label", "input", "div", "button", "a"}
    assert not any(name in {"id", "class"} or name.startswith("on") for _, attributes in tags for name in attributes)
    assert all("style" in attributes for tag, attributes in tags if tag in {"form", "p", "button"})
    assert "Sign Up for The &lt;Weekend&gt; Reader" in box
    assert "Long reads &amp; slow mornings." in box
    form = dict(tags)["form"]
    assert (form["method"], form["action"]) == ("post", "http://127.0.0.1:8000/subscribe")


def test_the_command_prints_the_box_and_nothing_else(tmp_path, settings):
    printed = digest_in(tmp_path)("embed", NEWSLETTER)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out == pasted_box(settings.site, NEWSLETTER, settings.newsletters[NEWSLETTER]) + "\n"


def test_what_the_pasted_box_sends_signs_up_without_a_stamp_or_a_cookie_s08(site, settings, database):
    tags = Parts(pasted_box(settings.site, NEWSLETTER, settings.newsletters[NEWSLETTER])).tags
    fields = {a["name"]: a.get("value", "") for tag, a in tags if tag == "input"}
    assert fields == {"email": "", "website": "", "newsletter": NEWSLETTER}
    answer = sign_up(site, stamp="", headers={"Origin": "https://news.example", "Referer": "https://news.example/"})
    assert (answer.status, len(mails(database))) == (200, 1)
    assert standings(database, NEW) == {NEWSLETTER: "pending"}
