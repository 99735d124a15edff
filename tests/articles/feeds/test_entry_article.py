from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.article import Article, Image
from digest.articles.feeds.entry_article import articles_of
from digest.articles.feeds.feed import Entry, Feed
from digest.articles.feeds.lead_image import lead_image
from digest.articles.rejection import Rejection
from digest.settings import SourceSettings

URL = "https://post.example/feed"
NOW = datetime(2026, 3, 14, 6, tzinfo=UTC)
POST = SourceSettings(name="The Harbour Post")
RAIN = Entry(
    title="Rain at last - The Harbour Post",
    link="https://post.example/rain?utm_source=rss#top",
    summary_html="<p>It rained in Oban.</p>",
    body_html='<p>It rained in Oban. <a href="more">More</a><script>alert(1)</script></p>',
    author="desk@post.example (Ada Lind)",
    category="Weather &amp; Sea",
    language="en_GB",
    dates=("Sat, 14 Mar 2026 05:00:00 GMT",),
    images=(Image("https://post.example/a.jpg", "<b>Rain</b>", 640, 360, credit="Jo Hart"),),
)


def made(entry, outlet=POST, language="de"):
    [item] = articles_of(Feed("Harbour Post", language, (entry,)), outlet, URL, NOW)
    return item


def test_an_entry_becomes_a_clean_article():
    assert made(RAIN) == Article(
        url="https://post.example/rain",
        source="The Harbour Post",
        own=False,
        headline="Rain at last",
        summary="It rained in Oban.",
        body_html='<p>It rained in Oban. <a href="https://post.example/more">More</a></p>',
        published=NOW - timedelta(hours=1),
        byline="Ada Lind",
        section="Weather & Sea",
        language="en-GB",
        image=Image("https://post.example/a.jpg", "Rain", 640, 360, credit="Jo Hart"),
        position=1,
    )


def test_the_source_says_what_is_its_own_and_which_section_it_is():
    article = made(RAIN, SourceSettings(name="The Harbour Post", own=True, section="Local", images=False))
    assert (article.own, article.section, article.image) == (True, "Local", None)


def test_no_more_than_the_licence_allows_is_kept():
    long = replace(RAIN, summary_html="<p>It rained. It rained more. It rained without end in every street.</p>")
    article = made(long, SourceSettings(name="The Harbour Post", excerpt_chars=30))
    assert (article.summary, article.body_html) == ("It rained. It rained more.", "")


@given(st.text(max_size=400), st.integers(0, 100))
def test_an_excerpt_is_never_longer_than_its_licence(words, limit):
    item = made(replace(RAIN, summary_html=words), SourceSettings(name="The Harbour Post", excerpt_chars=limit))
    assert len(item.summary) <= limit


def test_a_whole_story_in_place_of_a_summary_is_cut_to_its_opening():
    story = "<p>It rained in Oban.</p>" + "<p>People came out to see it and stayed for hours.</p>" * 20
    article = made(replace(RAIN, summary_html=story, body_html=""))
    assert (article.summary, article.body_html.count("<p>")) == ("It rained in Oban.", 21)


@pytest.mark.parametrize(
    "furniture",
    [
        " The post Rain at last appeared first on The Harbour Post.",
        " Continue reading…",
        " [&#8230;]",
        " [...]<p>Read more</p>",
    ],
)
def test_what_a_content_system_put_behind_a_summary_is_taken_off(furniture):
    assert made(replace(RAIN, summary_html=f"It rained in Oban.{furniture}")).summary == "It rained in Oban."


def test_a_summary_that_only_repeats_the_headline_is_none():
    assert made(replace(RAIN, summary_html="Rain at last.", body_html="")).summary == ""


@pytest.mark.parametrize(
    ("dates", "published", "flagged"),
    [
        (("2026-03-14T05:00:00Z",), NOW - timedelta(hours=1), None),
        (("2026-03-14T06:05:00Z",), NOW, None),
        (("2031-01-01",), NOW, "its feed dates it 2031-01-01 00:00 UTC, which was still to come"),
        ((), NOW, "its feed gives no date; taken for new when it was first seen"),
        (("soon",), NOW, "its feed dates it 'soon'; taken for new when it was first seen"),
    ],
)
def test_a_date_that_can_not_be_is_now_and_is_flagged(dates, published, flagged):
    article = made(replace(RAIN, dates=dates))
    assert (article.published, article.flagged) == (published, flagged)


@pytest.mark.parametrize(
    "changes",
    [
        {"guid": "7"},
        {"guid": "https://post.example/?p=7"},
        {"link": "https://POST.example:443/rain?fbclid=1"},
        {"link": "", "guid": "https://post.example/rain"},
    ],
)
def test_an_article_is_known_by_its_address_whatever_else_changes(changes):
    assert made(replace(RAIN, **changes)).url == "https://post.example/rain"


def test_links_in_a_body_are_relative_to_the_base_that_the_feed_names():
    assert 'href="https://post.example/a/b/more"' in made(replace(RAIN, base="https://post.example/a/b/")).body_html


@pytest.mark.parametrize("author", ["desk@post.example", "mailto:desk@post.example", "", " "])
def test_an_address_is_no_byline(author):
    assert made(replace(RAIN, author=author)).byline is None


def test_a_title_without_end_is_cut_at_a_word():
    assert made(replace(RAIN, title="rain " * 1_000)).headline.endswith("rain…")


def test_a_bad_entry_is_rejected_alone_and_places_are_kept():
    items = list(articles_of(Feed("", "", (RAIN, replace(RAIN, link="", guid="7"), RAIN)), POST, URL, NOW))
    assert items[1] == Rejection(
        "The Harbour Post, entry 2", "it has no address: neither a link nor an identifier that is one"
    )
    assert [item.position for item in items if isinstance(item, Article)] == [1, 3]


def picture(name="a", **values):
    return Image(f"https://p.example/{name}.jpg", **values)


@pytest.mark.parametrize(
    ("told", "body", "url"),
    [
        ((picture(width=300), picture("b", width=1200), picture("c", width=4000)), "", "b"),
        ((picture(), picture("b", width=600)), "", "b"),
        ((picture(width=4000), picture("b", width=2000)), "", "b"),
        ((picture(width=80), picture("b", height=1)), '<img src="/c.jpg">', "c"),
        ((), '<img src="https://p.example/pixel.gif"><img src="c.jpg" width="50"><img src="d.jpg">', "d"),
        ((Image("https://www.gravatar.com/a.jpg"),), "", None),
        ((Image("javascript:alert(1)"), Image("data:image/png;base64,x")), '<img src="">', None),
    ],
)
def test_the_lead_image_is_the_best_that_is_a_picture(told, body, url):
    image = lead_image(told, body, "https://p.example/")
    assert (image.url if image else None) == (url and f"https://p.example/{url}.jpg")


def test_the_words_of_one_picture_serve_for_its_other_sizes():
    assert lead_image((picture(alt="Rain", credit="Jo"), picture("b", width=600)), "", URL) == picture(
        "b", width=600, alt="Rain", credit="Jo"
    )
