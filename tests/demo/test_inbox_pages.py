import re

import pytest

from digest.demo.day import PICTURES

FAR = f"/inbox/{'9' * 5000}"  # Python's int() refuses more than 4,300 digits
HOSTILE = "</title><script>alert(1)</script>"


@pytest.fixture(scope="module")
def ask(caught, served, written):
    mails = caught(
        written(), written(subject=HOSTILE, sender=f'"{HOSTILE}" <post@example.org>'), written(subject="Third")
    )
    return served(mails, names={"ada@example.org": "Ada <b>Lindqvist"}, facts={"Stories": "24 of 40"})


def page(ask, path):
    status, _, body = ask(path)
    assert status == 200
    return body.decode()


def test_the_first_page_lists_every_mail_with_reader_subject_time_and_size(ask):
    front = page(ask, "/inbox/")
    assert front.count("<li>") == 3
    for shown in ("ada@example.org", "Harbour wall — at last", "06:00", "bytes", "24 of 40", 'href="/inbox/3"'):
        assert shown in front


def test_a_mail_is_shown_in_a_frame_without_scripts_at_two_widths(ask):
    shown = page(ask, "/inbox/1")
    frames = re.findall(r"<iframe [^>]+>", shown)
    assert len(frames) == 2
    for frame in frames:
        assert 'src="/inbox/1/html"' in frame
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert '<h1 id="subject">Harbour wall — at last</h1>' in shown


@pytest.mark.parametrize(("view", "title"), [("phone", "on a phone"), ("desktop", "on a desktop")])
def test_one_width_alone_can_be_chosen_by_a_link(ask, view, title):
    shown = page(ask, f"/inbox/1?view={view}")
    assert re.findall(r'<iframe [^>]*title="The mail ([^"]+)"', shown) == [title]


def test_an_unknown_width_shows_both(ask):
    assert page(ask, "/inbox/1?view=%22%3E").count("<iframe") == 2


def test_the_html_part_is_given_whole_and_its_links_open_apart(ask):
    html = page(ask, "/inbox/1/html")
    assert html.startswith('<html lang="en">')
    assert "Café & co." in html
    assert html.endswith('<base target="_blank">\n')


def test_the_text_part_and_the_headers_are_decoded_and_escaped(ask):
    assert "Café news &amp; more" in page(ask, "/inbox/1/text")
    headers = page(ask, "/inbox/1/headers")
    assert "<dt>MAIL FROM</dt><dd>bounce@example.org</dd>" in headers
    assert "<dd>Harbour wall — at last</dd>" in headers


def test_the_source_is_shown_and_downloads_as_the_wire_bytes(ask, caught, written, served):
    mails = caught(written())
    ask = served(mails)
    assert "Content-Transfer-Encoding" in page(ask, "/inbox/1/source")
    status, headers, body = ask("/inbox/1/source.eml")
    assert (status, body) == (200, mails[0].content)
    assert headers["Content-Disposition"] == 'attachment; filename="reader-1.eml"'


@pytest.mark.parametrize("path", ["/inbox/", "/inbox/2", "/inbox/2/text", "/inbox/2/headers", "/inbox/2/source"])
def test_hostile_headers_and_names_are_escaped_on_every_page(ask, path):
    shown = page(ask, path)
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_hostile_html_reaches_only_a_page_that_runs_no_script(caught, served, written):
    ask = served(caught(written(html="<script>alert(1)</script>")))
    assert "alert(1)" not in page(ask, "/inbox/1")
    policy = ask("/inbox/1/html")[1]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy


@pytest.mark.parametrize(
    "path",
    [
        "/inbox/",
        "/inbox/inbox.css",
        "/inbox/1",
        "/inbox/1/html",
        "/inbox/1/source.eml",
        "/pictures/ferry.jpg",
        "/inbox/9",
    ],
)
def test_every_answer_carries_a_policy_and_is_not_sniffed(ask, path):
    headers = ask(path)[1]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_one_walks_from_reader_to_reader_in_the_same_part(ask):
    assert 'rel="prev"' not in page(ask, "/inbox/1")
    middle = page(ask, "/inbox/2/text")
    assert 'rel="prev" href="/inbox/1/text"' in middle
    assert 'rel="next" href="/inbox/3/text"' in middle
    assert 'rel="next"' not in page(ask, "/inbox/3")


@pytest.mark.parametrize(
    "path", ["/inbox/0", "/inbox/4", "/inbox/4/html", "/inbox/4/source.eml", "/inbox/x", "/else", FAR]
)
def test_what_is_not_there_answers_404_with_a_way_back(ask, path):
    status, _, body = ask(path)
    assert status == 404
    assert "There is nothing at this address" in body.decode()
    assert 'href="/inbox/"' in body.decode()


def test_pictures_are_served_and_nothing_above_their_folder_is(ask):
    status, headers, body = ask("/pictures/ferry.jpg")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert body == (PICTURES / "ferry.jpg").read_bytes()
    assert ask("/pictures/..%2freaders.csv")[0] == 404


def test_mail_that_comes_later_shows_on_the_next_request(caught, served, written):
    mails = []
    ask = served(mails)
    assert "No mail yet" in page(ask, "/inbox/")
    mails += caught(written())
    assert "Harbour wall — at last" in page(ask, "/inbox/")


def test_a_reader_without_a_given_name_is_called_as_the_to_header_does(caught, served, written):
    ask = served(caught(written(to="Bo Tremaine <ada@example.org>"), written()))
    front = page(ask, "/inbox/")
    assert '<a class="who" href="/inbox/1">Bo Tremaine</a>' in front
    assert '<a class="who" href="/inbox/2">ada@example.org</a>' in front
