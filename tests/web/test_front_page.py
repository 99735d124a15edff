"""The first page: the newsletters, and how to get or leave one."""

import re

import pytest
from fastapi import FastAPI
from newsroom import DAY
from visitor import Visitor, leave_link, subscription

from digest.demo.serving import bind_loopback, serve_in_thread
from digest.settings import NewsletterSettings
from digest.web.front import front_page
from digest.web.offered import send_days, send_time
from digest.web.pages import PageTemplates


def newsletter(**changes):
    told = {"name": "N", "from": "n@quay.example", "timezone": "UTC", **changes}
    return NewsletterSettings.model_validate(told)


@pytest.mark.usefixtures("published")
def test_it_shows_each_newsletter_with_pitch_time_and_latest_edition(site):
    page = site.get("/").words
    assert re.findall(r"<h2 id=[^>]*>([^<]*)</h2>", page) == [
        "Morning Headlines",
        "The &lt;Weekend&gt; Reader",
        "Sign Up for our newsletters",
    ]
    assert "Long reads &amp; slow mornings." in page
    assert "Every day at 6:00 UTC." in page
    assert "Saturday and Sunday at 6:30 New York time." in page
    assert f'href="/archive/morning/{DAY}"' in page
    assert "The first edition is still to come." in page


def test_it_has_the_box_with_no_newsletter_chosen_beforehand_s14(site):
    page = site.get("/").words
    assert re.findall(r'<input type="checkbox" name="newsletter" value="(\w+)">', page) == ["morning", "weekend"]
    assert '<label for="email">Your email address</label>' in page
    assert 'id="leaving"' in page


def test_where_there_is_one_newsletter_the_box_asks_for_the_address_alone(serve, settings):
    alone = {"newsletters": {"weekend": settings.newsletters["weekend"]}}
    page = serve(settings.model_copy(update=alone)).get("/").words
    assert '<input type="hidden" name="newsletter" value="weekend">' in page
    assert "checkbox" not in page


def test_where_nothing_takes_sign_ups_it_says_truly_whom_to_write_to(settings, database):
    bare = FastAPI()
    bare.include_router(front_page(settings, database, PageTemplates(settings.site).page))
    with serve_in_thread(bare, bind_loopback()) as base:
        page = Visitor(base).get("/").words
    assert 'Write to <a href="mailto:editor@quay.example?subject=Subscribe">editor@quay.example</a>' in page
    assert "<form" not in page


def test_a_site_below_a_path_stands_and_links_below_it(serve, settings, readers, database):
    below = {"site": settings.site.model_copy(update={"base_url": "https://quay.example/letters"})}
    site = serve(settings.model_copy(update=below))
    page = site.get("/letters/")
    assert page.status == 200
    assert set(re.findall(r'href="(/[^"?]*)', page.words)) == {"/letters/", "/letters/static/pages.css"}
    assert site.get("/letters/static/pages.css").status == 200
    assert site.get(f"/letters{leave_link(subscription(database, readers[0]))}").status == 200
    assert [site.get(path).status for path in ("/", "/healthz", "/readyz")] == [404, 200, 200]


def test_a_site_in_another_language_marks_its_own_words(serve, settings):
    arabic = {"site": settings.site.model_copy(update={"language": "ar", "name": "بريد الميناء"})}
    page = serve(settings.model_copy(update=arabic)).get("/").words
    assert '<html lang="en" dir="ltr">' in page
    assert '<bdi lang="ar">بريد الميناء</bdi>' in page


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "Every day"),
        (["fri", "thu", "wed", "tue", "mon"], "Monday to Friday"),
        (["wed", "mon", "fri"], "Monday, Wednesday and Friday"),
        (["sat"], "Saturday"),
    ],
)
def test_days_are_said_as_a_person_says_them(days, said):
    assert send_days(newsletter(days=days)) == said


@pytest.mark.parametrize(
    ("zone", "at", "said"),
    [
        ("UTC", "06:00", "6:00 UTC"),
        ("Etc/UTC", "09:05", "9:05 UTC"),
        ("America/New_York", "06:30", "6:30 New York time"),
        ("America/Argentina/Buenos_Aires", "07:00", "7:00 Buenos Aires time"),
    ],
)
def test_times_name_the_place_whose_clock_is_meant(zone, at, said):
    assert send_time(newsletter(timezone=zone, send_at=at)) == said
