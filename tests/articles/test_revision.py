from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.articles.article import Article, Caption, Image
from digest.articles.revision import revise

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
STORED = Article("https://post.example/a", "Post", True, "Rain at last", "It rained.", "<p>It rained.</p>", AT)

texts = st.sampled_from(["", "one", "two"])
maybe = st.sampled_from([None, "one", "two"])
articles = st.builds(
    Article,
    url=st.just("https://post.example/a"),
    source=st.sampled_from(["Post", "Phare"]),
    own=st.booleans(),
    headline=st.sampled_from(["one", "two"]),
    summary=texts,
    body_html=texts,
    published=st.sampled_from([AT, AT + timedelta(days=1)]),
    needs_headline=st.booleans(),
    summary_is_derived=st.booleans(),
    byline=maybe,
    section=maybe,
    not_before=st.sampled_from([None, AT, AT + timedelta(days=2)]),
    withdrawn=st.sampled_from([None, True, False]),
    image=st.sampled_from([None, Image("https://post.example/a.jpg"), Image("https://post.example/b.jpg")]),
    caption=st.sampled_from([None, Caption("one"), Caption("two")]),
).map(lambda article: replace(article, caption=None) if article.image else article)


@given(articles, articles)
def test_revising_twice_by_the_same_article_changes_nothing_more(stored, incoming):
    once = revise(stored, incoming)
    assert revise(once, incoming) == once


@given(articles)
def test_revising_by_itself_changes_nothing(article):
    assert revise(article, article) == article


@given(articles, articles)
def test_the_earliest_instant_ever_told_stays(stored, incoming):
    assert revise(stored, incoming).published == min(stored.published, incoming.published)


@given(articles, articles)
def test_what_was_withdrawn_comes_back_only_when_that_is_said(stored, incoming):
    said = stored.withdrawn if incoming.withdrawn is None else incoming.withdrawn
    assert revise(stored, incoming).withdrawn is said


@given(articles, articles)
def test_an_embargo_is_not_lifted_by_silence(stored, incoming):
    assert revise(stored, incoming).not_before == (incoming.not_before or stored.not_before)


@given(articles, articles)
def test_a_written_headline_is_never_lost_to_a_cut_sentence(stored, incoming):
    revised = revise(stored, incoming)
    assert revised.needs_headline == (stored.needs_headline and incoming.needs_headline)
    if not stored.needs_headline and incoming.needs_headline:
        assert revised.headline == stored.headline


@given(articles, articles)
def test_a_written_summary_is_never_lost_to_one_made_from_the_body(stored, incoming):
    revised = revise(stored, incoming)
    if stored.summary and not stored.summary_is_derived and incoming.summary_is_derived:
        assert (revised.summary, revised.summary_is_derived) == (stored.summary, False)


@given(articles, articles)
def test_a_written_summary_outranks_whatever_is_stored(stored, incoming):
    if incoming.summary and not incoming.summary_is_derived:
        revised = revise(stored, incoming)
        assert (revised.summary, revised.summary_is_derived) == (incoming.summary, False)


@given(articles, articles)
def test_a_picture_and_a_caption_without_one_never_stand_together(stored, incoming):
    revised = revise(stored, incoming)
    assert revised.image is None or revised.caption is None


def test_what_the_newer_article_does_not_tell_is_kept():
    stored = replace(STORED, byline="Iain Ross", image=Image("https://post.example/a.jpg"))
    revised = revise(stored, replace(STORED, headline="Rain, at last", body_html="", byline=None))
    assert revised == replace(stored, headline="Rain, at last")


def test_a_feed_changes_no_other_sources_article_but_our_own_feed_does():
    theirs = replace(STORED, source="Phare", own=False, headline="Buy this", position=1)
    assert revise(STORED, theirs) == STORED
    assert revise(theirs, replace(STORED, position=1)).source == "Post"
    assert revise(STORED, replace(theirs, position=None)).headline == "Buy this"  # a person imported it


def test_an_address_becomes_https_and_never_http_again():
    before = replace(STORED, url="http://post.example/a")
    assert revise(before, STORED).url == STORED.url
    assert revise(STORED, before).url == STORED.url
    assert revise(STORED, replace(STORED, url="https://post.example/b")).url == STORED.url


def test_the_latest_place_in_a_feed_is_kept_and_no_file_takes_it_away():
    placed = replace(STORED, position=4)
    assert revise(placed, replace(STORED, position=2)).position == 2
    assert revise(placed, STORED).position == 4
