from datetime import UTC, datetime

import pytest

from digest.articles.article import Caption, Image
from digest.articles.defaults import Defaults
from digest.articles.draft import Draft
from digest.articles.finishing import finish
from digest.articles.rejection import RejectedError
from digest.errors import BadInputError

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DEFAULTS = Defaults(source="Post", published=AT, url="https://post.example/default", headline="Default")
TOLD = Draft(
    url="https://post.example/a", source="Le Phare", headline="Rain", published=datetime(2026, 1, 1, tzinfo=UTC)
)


def test_defaults_fill_only_what_a_file_lacks():
    told = finish(TOLD, DEFAULTS, frozenset())
    assert (told.url, told.source, told.headline) == ("https://post.example/a", "Le Phare", "Rain")
    assert told.published == datetime(2026, 1, 1, tzinfo=UTC)
    filled = finish(Draft(), DEFAULTS, frozenset())
    assert (filled.url, filled.source, filled.headline) == ("https://post.example/default", "Post", "Default")
    assert filled.published == AT


def test_a_given_headline_outranks_an_opening_line_and_that_a_cut_sentence():
    draft = Draft(opening_line="Ferry turns back", body_html="<p>The ferry turned back.</p>")
    bare = Defaults(source="Post", published=AT, url="https://post.example/a")
    assert finish(draft, DEFAULTS, frozenset()).headline == "Default"
    assert finish(draft, bare, frozenset()).headline == "Ferry turns back"
    assert finish(Draft(body_html="<p>The ferry turned back.</p>"), bare, frozenset()).needs_headline


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ("url", "no address: give --url"),
        ("source", "no source: give --source"),
        ("published", "no publication time: give --published"),
        ("headline", "nothing to read"),
    ],
)
def test_an_article_that_lacks_something_is_refused_with_what_to_add(lacking, reason):
    given = {"url": "https://post.example/a", "source": "Post", "headline": "Rain", "published": AT}
    with pytest.raises(RejectedError, match=reason):
        finish(Draft(**{name: value for name, value in given.items() if name != lacking}), Defaults(), frozenset())


def test_a_summary_that_was_made_from_the_body_is_marked_so():
    body = "<p>The ferry turned back.</p>"
    written = finish(Draft(summary="A wave broke two windows.", body_html=body), DEFAULTS, frozenset())
    made = finish(Draft(summary=" ", body_html=body), DEFAULTS, frozenset())
    assert (written.summary, written.summary_is_derived) == ("A wave broke two windows.", False)
    assert (made.summary, made.summary_is_derived) == ("The ferry turned back.", True)


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("/a.jpg", "https://post.example/a.jpg"),
        ("//cdn.post.example/a.jpg", "https://cdn.post.example/a.jpg"),
        ("http://cdn.post.example/a.jpg", "http://cdn.post.example/a.jpg"),
    ],
)
def test_a_pictures_address_that_begins_with_a_slash_is_of_the_articles_site(told, url):
    article = finish(Draft(image=Image(told)), DEFAULTS, frozenset())
    assert article.image == Image(url)


def test_texts_are_one_clean_line_and_html_is_sanitised():
    draft = Draft(
        url="https://Post.example/a?utm_source=x",
        source=" The  Post ",
        headline="Rain\n at\x00 last\ud800",
        body_html="<p onclick=x>It rained.</p><script>x</script>",
        byline="  ",
        handle="@iain",
        language="en_GB",
        image=Image("https://post.example/a.jpg", alt="Rain\n"),
        caption=Caption("superfluous beside the image"),
        published=AT,
    )
    article = finish(draft, Defaults(), frozenset())
    assert (article.url, article.source, article.headline) == ("https://post.example/a", "The Post", "Rain at last")
    assert article.body_html == "<p>It rained.</p>"
    assert article.summary == "It rained."
    assert (article.byline, article.handle, article.language) == (None, "iain", "en-GB")
    assert article.image == Image("https://post.example/a.jpg", alt="Rain")
    assert article.caption is None


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft(headline="x" * 301), "headline: it has 301 characters; 300 is the limit"),
        (Draft(language="English, mostly"), "language: 'English, mostly' is no language tag"),
        (Draft(image=Image("pictures/a.jpg")), "image.url: 'pictures/a.jpg' is not an http or https address"),
    ],
)
def test_an_unusable_field_is_named(draft, reason):
    with pytest.raises(RejectedError, match=reason):
        finish(draft, DEFAULTS, frozenset())


def test_options_are_read_into_defaults():
    defaults = Defaults.of_options(
        source=" Post ", own=True, published="2026-03-01T10:00+01:00", headline="Rain", url="https://Post.example"
    )
    assert defaults == Defaults("Post", True, AT, "Rain", "https://post.example/")
    assert Defaults.of_options(source=None, own=False, published=None, headline=None, url=None) == Defaults()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"published": "2026-03-01T10:00"}, "--published: '2026-03-01T10:00' is no time with a zone"),
        ({"published": "0001-01-01T00:00+14:00"}, "--published: .* is out of range"),
        ({"url": "post.example"}, "--url: 'post.example' is not an http or https address"),
        ({"own": True}, "--own says .* add --source NAME"),
    ],
)
def test_an_option_that_can_not_be_used_is_bad_input(options, reason):
    with pytest.raises(BadInputError, match=reason):
        Defaults.of_options(
            **({"source": None, "own": False, "published": None, "headline": None, "url": None} | options)
        )
