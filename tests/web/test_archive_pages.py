"""The archive: the frozen edition for anybody, and the list of them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from itertools import count

import pytest
from feedparser import parse as parse_feed
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, stock

from digest.building import build_edition, publication_of
from digest.delivery.publishing import publish, skip
from digest.editions.store import ListedEdition
from digest.editions.tables import ArtifactRow
from digest.rendering import slots
from digest.web.archive import by_month, without_reader
from digest.web.open_graph import with_open_graph

LINK = f"/archive/{NEWSLETTER}/{DAY}"


@pytest.fixture
def edition_on(database, settings):
    numbers = count(1, 3)

    def make(day):
        cutoff = CUTOFF + (day - DAY)
        stock(database, 3, cutoff, first=next(numbers))
        with database.reading() as session:
            built = build_edition(session, settings, NEWSLETTER, day)
        publish(database, built, built.schedule, cutoff)

    return make


def test_the_web_version_is_the_frozen_edition_with_words_for_anybody(site, settings, published):
    answer = site.get(LINK)
    assert answer.status == 200
    page = re.sub(r"\n<meta property=[^>]*>", "", answer.body.decode())
    assert page == without_reader(published.artifact.html, settings.site)
    assert f"<title>{published.artifact.subject}</title>" in answer.body.decode()
    assert "You get this mail at your address because you signed up" in answer.words


@pytest.mark.usefixtures("published")
def test_the_web_version_holds_no_slot_no_token_and_no_address(site):
    page = site.get(LINK).words
    assert "slot.invalid" not in page
    assert "/u/" not in page
    assert "/preferences/" not in page
    assert "reader1@example.org" not in page
    assert page.count('href="http://127.0.0.1:8000/#leaving"') == 2


@pytest.mark.parametrize("slug", ["%00", "a%00b", "%ED%A0%80", "no-such"])
def test_what_is_no_newsletter_has_no_archive(site, slug):
    for path in (f"/archive/{slug}", f"/archive/{slug}/{DAY}"):
        assert site.get(path).status == 404, path


def test_a_slot_is_filled_wherever_it_stands(settings):
    html = "".join(f"<a href='{sentinel}'>{sentinel}</a>" for sentinel in slots.SENTINELS)
    assert "slot.invalid" not in without_reader(html, settings.site)


@pytest.mark.usefixtures("published")
def test_the_web_version_may_show_its_styles_and_pictures_and_do_nothing_else(site):
    policy = dict(
        part.strip().partition(" ")[::2] for part in site.get(LINK).headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["img-src"] == "https: http://127.0.0.1:* http://localhost:*"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["form-action"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy


@pytest.mark.usefixtures("published")
def test_a_real_site_shows_pictures_over_https_alone(serve, settings):
    real = {"site": settings.site.model_copy(update={"base_url": "https://news.quay.example"})}
    policy = serve(settings.model_copy(update=real)).get(LINK).headers["Content-Security-Policy"]
    assert "img-src https:;" in policy


@pytest.mark.usefixtures("published")
def test_what_is_not_there_answers_404_with_a_way_on(site):
    days = ("2026-03-15", "20260314", "2026-W11-6", "2026-02-30", "today", f"{DAY}/")
    for path in (*(f"/archive/{NEWSLETTER}/{day}" for day in days), f"/archive/no-such/{DAY}", "/archive/no-such"):
        answer = site.get(path)
        assert answer.status == 404, path
        assert answer.headers["Location"] is None, path
        assert '<a href="/">See every newsletter of The Quay Times' in answer.words, path


def test_a_skipped_edition_is_not_in_the_archive(site, database, settings):
    stock(database)
    with database.reading() as session:
        schedule = build_edition(session, settings, NEWSLETTER, DAY).schedule
    skip(database, NEWSLETTER, schedule, "too few stories", MORNING)
    assert site.get(LINK).status == 404
    assert "still to come" in site.get(f"/archive/{NEWSLETTER}").words


def test_the_list_has_every_edition_by_month_newest_first(site, edition_on):
    for days in (0, 1, 18, 40):
        edition_on(DAY + timedelta(days=days))
    page = site.get(f"/archive/{NEWSLETTER}").words
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page) == ["April 2026", "March 2026"]
    assert re.findall(r'<a href="/archive/morning/([^"]*\d)">', page) == [
        "2026-04-23",
        "2026-04-01",
        "2026-03-15",
        "2026-03-14",
    ]
    assert "Wednesday, 1 April 2026" in page


def test_the_list_shows_one_year_and_leads_to_the_others(site, edition_on):
    for day in (DAY, date(2027, 1, 2)):
        edition_on(day)
    newest, older = site.get(f"/archive/{NEWSLETTER}").words, site.get(f"/archive/{NEWSLETTER}?year=2026").words
    assert ("/archive/morning/2027-01-02" in newest, "/archive/morning/2026-03-14" in newest) == (True, False)
    assert ("/archive/morning/2027-01-02" in older, "/archive/morning/2026-03-14" in older) == (False, True)
    assert 'href="/archive/morning?year=2026"' in newest
    assert site.get(f"/archive/{NEWSLETTER}?year=1999").words == newest


def test_a_year_that_is_no_number_is_refused_with_a_page(site):
    answer = site.get(f"/archive/{NEWSLETTER}?year=soon")
    assert answer.status == 400
    assert "We can't answer that" in answer.words


@pytest.mark.usefixtures("published")
def test_the_archive_of_a_newsletter_that_ended_stays(serve, settings):
    site = serve(settings.model_copy(update={"newsletters": {"weekend": settings.newsletters["weekend"]}}))
    assert site.get(LINK).status == 200
    assert site.get(f"/archive/{NEWSLETTER}").status == 200


@pytest.mark.usefixtures("published")
def test_a_damaged_artifact_is_not_shown(site, database, caplog):
    with database.writing() as session:
        session.exec(ArtifactRow.__table__.update().values(html=b"<p>something else</p>"))
    answer = site.get(LINK)
    assert answer.status == 500
    assert "something else" not in answer.words
    assert "Please try again" in answer.words
    assert "does not match its SHA-256" in caplog.text


def test_a_subject_is_escaped_in_the_list(site, database, published):
    with database.writing() as session:
        session.exec(ArtifactRow.__table__.update().values(subject="<script>alert(1)</script>"))
    page = site.get(f"/archive/{published.edition.newsletter}").body.decode()
    assert "<script" not in page
    assert "<script>alert(1)</script>" in unescape(page)


def test_months_are_grouped_across_years():
    days = [date(2026, 3, 2), date(2026, 3, 1), date(2025, 3, 1)]
    months = by_month(ListedEdition(day, "s") for day in days)
    assert [(month.name, len(month.editions)) for month in months] == [("March 2026", 2), ("March 2025", 1)]


def test_a_shared_edition_tells_its_subject_its_standfirst_and_its_leads_picture(published, settings):
    publication = publication_of(settings, NEWSLETTER)
    logo, lead = (
        '<img src="https://a.example/logo.png">',
        '<a href="x"><img alt="" src="https://a.example/1.jpg?a=1&amp;b=2">',
    )
    page = "<head><title>S</title></head>"
    quoted = replace(published, standfirst='A "quay" & more')
    told = with_open_graph(f"{page}{logo}{lead}", quoted, publication)
    assert '<meta property="og:description" content="A &quot;quay&quot; &amp; more">' in told
    assert f'<meta property="og:url" content="http://127.0.0.1:8000{LINK}">' in told
    assert f'<meta property="og:title" content="{published.artifact.subject}">' in told
    assert '<meta property="og:image" content="https://a.example/1.jpg?a=1&amp;b=2">' in told
    assert "og:image" not in with_open_graph(f"{page}{logo}", published, publication)


def test_the_feed_tells_of_the_newest_editions_and_the_archive_leads_to_it(site, database, edition_on):
    for days in (0, 1):
        edition_on(DAY + timedelta(days=days))
    with database.writing() as session:
        session.exec(ArtifactRow.__table__.update().values(subject="<b>Fish & chips</b> ]]> \x07"))
    answer = site.get(f"/archive/{NEWSLETTER}/feed.xml")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = parse_feed(answer.body)
    assert (feed.bozo, feed.feed.title, feed.feed.id) == (
        False,
        "Morning Headlines",
        f"http://127.0.0.1:8000/archive/{NEWSLETTER}",
    )
    assert [entry.link for entry in feed.entries] == [
        f"http://127.0.0.1:8000/archive/{NEWSLETTER}/{day}" for day in ("2026-03-15", "2026-03-14")
    ]
    assert b"&lt;b&gt;Fish &amp; chips&lt;/b&gt; ]]&gt; <" in answer.body
    assert all(entry.summary and entry.updated.endswith("+00:00") for entry in feed.entries)
    assert (
        f'type="application/atom+xml" title="Morning Headlines" href="/archive/{NEWSLETTER}/feed.xml"'
        in site.get(f"/archive/{NEWSLETTER}").body.decode()
    )


def test_a_newsletter_without_editions_has_an_empty_feed_and_one_that_is_not_there_has_none(site):
    assert parse_feed(site.get(f"/archive/{NEWSLETTER}/feed.xml").body).bozo is False
    assert site.get("/archive/no-such/feed.xml").status == 404


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("noindex", [True, False])
def test_search_engines_are_asked_to_leave_the_archive_alone_where_the_newsroom_wants_it(serve, settings, noindex):
    newsletter = settings.newsletters[NEWSLETTER].model_copy(update={"noindex": noindex})
    site = serve(settings.model_copy(update={"newsletters": {NEWSLETTER: newsletter}}))
    for path in (LINK, f"/archive/{NEWSLETTER}", f"/archive/{NEWSLETTER}/feed.xml"):
        assert site.get(path).headers["X-Robots-Tag"] == ("noindex" if noindex else None), path
