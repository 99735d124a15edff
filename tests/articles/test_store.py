from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.articles.article import Article, Caption, Image
from digest.articles.store import (
    PastHeadline,
    Stored,
    articles_between,
    articles_due,
    articles_due_late,
    articles_held_back,
    articles_stored,
    newest_published,
    past_headlines,
    store_articles,
)

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
RAIN = Article(
    url="https://post.example/rain",
    source="The Harbour Post",
    own=True,
    headline="Rain at last",
    summary="It rained.",
    body_html="<p>It rained.</p>",
    published=AT,
    byline="Iain Ross",
    handle="iainross",
    biography="Iain covers rain.",
    section="Weather",
    language="en-GB",
    image=Image("https://post.example/a.jpg", "Rain", 600, 338, "Rain in Oban.", "Jo Hart"),
)


def store(database, *articles, now=NOW):
    with database.writing() as session:
        return store_articles(session, articles, now)


def stored(database):
    with database.reading() as session:
        return articles_stored(session)


@pytest.mark.parametrize(
    "article",
    [
        RAIN,
        replace(RAIN, image=None),
        replace(RAIN, not_before=LATER, withdrawn=True),
        replace(RAIN, image=None, caption=Caption("Rain in Oban.", "Jo Hart")),
        replace(RAIN, image=Image("https://post.example/a.jpg")),
        Article("https://post.example/b", "Post", False, "B", "", "", AT, needs_headline=True, summary_is_derived=True),
    ],
)
def test_what_is_stored_comes_back_as_it_was(database, article):
    assert store(database, article) == [Stored.IMPORTED]
    assert stored(database) == [article]


def test_storing_an_article_again_changes_nothing(database):
    store(database, RAIN)
    assert store(database, RAIN, now=LATER) == [Stored.UNCHANGED]
    assert stored(database) == [RAIN]


def test_a_changed_article_is_an_update_and_its_former_headlines_are_kept(database):
    store(database, RAIN)
    assert store(database, replace(RAIN, headline="Rain and hail"), now=LATER) == [Stored.UPDATED]
    assert store(database, replace(RAIN, headline="Hail", summary="It hailed."), now=LATER) == [Stored.UPDATED]
    assert stored(database) == [replace(RAIN, headline="Hail", summary="It hailed.")]
    with database.reading() as session:
        assert past_headlines(session, articles_stored(session)) == {
            RAIN.url: [PastHeadline("Rain at last", LATER), PastHeadline("Rain and hail", LATER)]
        }


def test_a_changed_body_leaves_no_former_headline(database):
    store(database, RAIN, replace(RAIN, body_html="<p>It hailed.</p>"))
    with database.reading() as session:
        assert past_headlines(session, [RAIN]) == {RAIN.url: []}


def test_past_headlines_are_of_the_articles_asked_for_alone(database):
    other = replace(RAIN, url="https://post.example/other")
    store(database, RAIN, other, replace(RAIN, headline="Hail"), replace(other, headline="Snow"))
    with database.reading() as session:
        assert past_headlines(session, [other]) == {other.url: [PastHeadline("Rain at last", NOW)]}
        assert past_headlines(session, []) == {}


def test_a_written_headline_replaces_a_cut_one_and_stays(database):
    cut = replace(RAIN, headline="It rained", needs_headline=True)
    assert store(database, cut, RAIN) == [Stored.IMPORTED, Stored.UPDATED]
    assert store(database, cut) == [Stored.UNCHANGED]
    assert stored(database) == [RAIN]


def test_a_written_summary_replaces_one_made_from_the_body_and_stays(database):
    made = replace(RAIN, summary="It rained all day.", summary_is_derived=True)
    assert store(database, made, RAIN) == [Stored.IMPORTED, Stored.UPDATED]
    assert store(database, made) == [Stored.UNCHANGED]
    assert stored(database) == [RAIN]


def test_an_address_that_comes_twice_at_once_is_stored_and_then_updated(database):
    other = replace(RAIN, url="https://post.example/other")
    outcomes = store(database, RAIN, other, replace(RAIN, headline="Hail"), RAIN)
    assert outcomes == [Stored.IMPORTED, Stored.IMPORTED, Stored.UPDATED, Stored.UPDATED]
    assert {article.headline for article in stored(database)} == {"Rain at last"}


def test_articles_between_are_those_of_a_half_open_span_in_a_fixed_order(database):
    hour = timedelta(hours=1)
    start, end = AT, AT + 2 * hour
    given = {"d": start, "B": start, "a": start + hour, "early": start - timedelta(microseconds=1), "late": end}
    store(database, *(replace(RAIN, url=f"https://post.example/{name}", published=at) for name, at in given.items()))
    with database.reading() as session:
        found = articles_between(session, start, end)
    assert [article.url.rpartition("/")[2] for article in found] == ["B", "d", "a"]
    assert all(article.published.tzinfo is UTC for article in found)


def due(database, question, *about):
    with database.reading() as session:
        return {article.url.rpartition("/")[2] for article in question(session, *about)}


def test_an_article_is_due_when_it_was_published_or_when_its_embargo_ends(database):
    day = timedelta(days=1)
    days = [AT + number * day for number in range(4)]
    embargoes = {
        "free": None, "lifted": days[0], "today": days[1], "tomorrow": days[2], "in two days": days[3],
    }  # fmt: skip
    told = [replace(RAIN, url=f"https://post.example/{name}", published=days[1], not_before=end)
            for name, end in embargoes.items()]  # fmt: skip
    store(database, *told)
    asked = [due(database, articles_due, start, start + day) for start in days]
    assert asked == [set(), {"free", "lifted", "today"}, {"tomorrow"}, {"in two days"}]
    assert due(database, articles_held_back, days[1], days[2]) == {"tomorrow", "in two days"}


def test_what_was_withdrawn_and_comes_back_is_due_late(database):
    gone = replace(RAIN, url="https://post.example/gone", withdrawn=True)
    store(database, gone, RAIN)
    store(database, replace(gone, withdrawn=None, headline="Hail"), now=LATER)
    asked = (articles_due_late, AT, AT + timedelta(days=1), NOW)
    assert due(database, *asked) == set()  # what does not say that it is back is not
    store(database, replace(gone, withdrawn=False), now=LATER)
    assert due(database, *asked) == {"gone"}


def test_an_embargo_that_was_over_and_a_new_word_bring_no_story_back(database):
    told = replace(RAIN, not_before=AT + timedelta(hours=1))
    store(database, told)
    store(database, replace(told, headline="Hail"), now=LATER)
    assert due(database, articles_due_late, AT, AT + timedelta(days=1), NOW) == set()


def test_the_newest_that_can_be_read_is_neither_withdrawn_nor_held_back(database):
    late = AT + timedelta(hours=1)
    store(
        database,
        RAIN,
        replace(RAIN, url="https://post.example/gone", published=late, withdrawn=True),
        replace(RAIN, url="https://post.example/held", published=late, not_before=AT + timedelta(days=2)),
    )
    with database.reading() as session:
        assert newest_published(session, AT + timedelta(days=1)) == AT
        assert newest_published(session, AT + timedelta(days=2)) == late


def test_what_is_due_late_was_stored_late_or_had_its_embargo_shortened_late(database):
    embargo = replace(RAIN, url="https://post.example/embargo", not_before=AT + timedelta(days=9))
    store(database, RAIN, embargo)
    store(database, replace(RAIN, url="https://post.example/late"), now=LATER)
    asked = (articles_due_late, AT, AT + timedelta(days=1), NOW)
    assert due(database, *asked) == {"late"}
    store(database, replace(embargo, not_before=AT + timedelta(hours=1)), replace(RAIN, headline="Hail"), now=LATER)
    assert due(database, *asked) == {"late", "embargo"}


HTTP = replace(RAIN, url="http://post.example/rain")


def test_an_article_is_the_same_under_http_and_https_and_is_kept_under_https(database):
    assert store(database, HTTP, RAIN, HTTP) == [Stored.IMPORTED, Stored.UPDATED, Stored.UNCHANGED]
    assert stored(database) == [RAIN]


def test_a_new_place_in_its_feed_is_kept_and_is_no_news(database):
    store(database, replace(RAIN, position=3))
    assert store(database, replace(RAIN, position=1)) == [Stored.UNCHANGED]
    assert store(database, RAIN) == [Stored.UNCHANGED]
    assert stored(database) == [replace(RAIN, position=1)]


def test_a_remark_goes_with_the_date_that_it_is_about(database):
    late = replace(RAIN, published=AT + timedelta(hours=1), flagged="dated in the future")
    store(database, late, replace(late, published=AT + timedelta(hours=2)))
    assert stored(database)[0].flagged == "dated in the future"
    store(database, RAIN)
    assert stored(database)[0].flagged is None
