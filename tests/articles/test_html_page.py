import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.articles.defaults import Defaults
from digest.articles.file_text import LARGEST_PAGE, decode_page
from digest.articles.finishing import finish
from digest.articles.html_page import draft_of_page
from digest.articles.rejection import RejectedError
from digest.articles.sanitising import plain_text

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "pages"

STORY = "".join(
    f"<p>Paragraph {number}: the ferry to Lismore turned back on Friday after a wave broke two of its windows, "
    "the harbour master said, and the next crossing is planned for Sunday.</p>"
    for number in range(6)
)


def page(head="", *, story=STORY, attributes='lang="en-GB"'):
    return (
        f"<!doctype html><html {attributes}><head><title>Ferry turns back | The Harbour Post</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>Ferry turns back</h1>{story}</article></body></html>"
    )


def linked(data):
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ferry &amp; crew turn back",
    "description": "<p>A wave broke two windows.</p>",
    "datePublished": "2026-03-06T18:20:00+01:00",
    "author": [{"@type": "Person", "name": "Iain Ross"}, {"@type": "Person", "name": "By Ann Lee"}],
    "publisher": {"@type": "Organization", "name": "The Harbour Post"},
    "articleSection": ["Islands", "Weather"],
    "image": {
        "@type": "ImageObject",
        "url": "https://post.example/a.jpg",
        "width": "1200",
        "height": 675,
        "caption": "The ferry.",
        "creditText": "Jo Hart",
    },
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://post.example/ferry"},
}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [{"@type": "WebSite", "name": "x"}, ARTICLE],
        {"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "x"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        ARTICLE | {"@type": ["ReportageNewsArticle", "Article"]},
        [{"@type": "Article", "headline": "A neighbour"}, ARTICLE],
        {
            "@graph": [
                ARTICLE | {"author": [{"@id": "#iain"}, {"name": "By Ann Lee"}], "image": {"@id": "#image"}},
                {"@id": "#iain", "@type": "Person", "name": "Iain Ross"},
                ARTICLE["image"] | {"@id": "#image"},
            ]
        },
    ],
)
def test_structured_data_is_read_however_it_is_nested(data):
    draft = draft_of_page(page(linked(data)))
    assert draft.headline == "Ferry & crew turn back"
    assert draft.summary == "A wave broke two windows."
    assert draft.published == datetime(2026, 3, 6, 17, 20, tzinfo=UTC)
    assert draft.byline == "Iain Ross, Ann Lee"
    assert (draft.source, draft.section, draft.language) == ("The Harbour Post", "Islands", "en-GB")
    assert draft.url == "https://post.example/ferry"
    assert draft.image is not None
    assert (draft.image.url, draft.image.width, draft.image.height) == ("https://post.example/a.jpg", 1200, 675)
    assert (draft.image.caption, draft.image.credit) == ("The ferry.", "Jo Hart")


def test_opengraph_and_meta_tags_tell_what_structured_data_does_not():
    draft = draft_of_page(
        page(
            '<link rel="canonical" href="https://post.example/ferry">'
            '<meta property="og:title" content="Ferry turns back - The Harbour Post">'
            '<meta property="og:site_name" content="The Harbour Post"><meta name="author" content="By Iain Ross">'
            '<meta property="article:published_time" content="2026-03-06T17:20:00Z">'
            '<meta property="article:section" content="Islands"><meta property="og:locale" content="en_GB">'
            '<meta name="description" content="A wave broke two windows.">'
            '<meta property="og:image" content="https://post.example/a.jpg">'
            '<meta property="og:image:alt" content="The ferry"><meta property="og:image:width" content="1200">',
            attributes="",
        )
    )
    assert (draft.url, draft.headline, draft.source) == (
        "https://post.example/ferry",
        "Ferry turns back",
        "The Harbour Post",
    )
    assert (draft.byline, draft.section, draft.language) == ("Iain Ross", "Islands", "en-GB")
    assert draft.summary == "A wave broke two windows."
    assert draft.published == datetime(2026, 3, 6, 17, 20, tzinfo=UTC)
    assert draft.image is not None
    assert (draft.image.alt, draft.image.width, draft.image.height) == ("The ferry", 1200, None)


def test_a_page_without_any_statement_gives_its_heading_and_text():
    draft = draft_of_page(page())
    assert draft.headline == "Ferry turns back"
    assert "Home" not in plain_text(draft.body_html)
    assert "Paragraph 5" in plain_text(draft.body_html)
    assert (draft.url, draft.published, draft.image) == (None, None, None)


def test_a_time_with_its_zone_outranks_one_without_wherever_it_stands():
    zoned = '<meta name="cXenseParse:publishtime" content="2026-03-06T17:20:00Z">'
    naive = linked(ARTICLE | {"datePublished": "2026-03-06T18:20:00"})
    assert draft_of_page(page(naive + zoned)).published == datetime(2026, 3, 6, 17, 20, tzinfo=UTC)
    assert draft_of_page(page(naive)).published == datetime(2026, 3, 6, 18, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["2026-03-06", "0001-01-01T00:00:00+14:00", "Fri, 6 Mar 2026 09:00:00 +99999999999999", "soon", ""]
)
def test_what_names_no_instant_is_no_time_of_publication(told):
    assert draft_of_page(page(linked(ARTICLE | {"datePublished": told}))).published is None


def test_a_description_that_was_cut_is_left_for_the_storys_own_first_sentence():
    assert draft_of_page(page(linked(ARTICLE | {"description": "A wave broke two..."}))).summary is None


def test_a_front_page_is_not_taken_for_the_canonical_address():
    link = '<link rel="canonical" href="https://post.example/">'
    assert draft_of_page(page(link + linked(ARTICLE))).url == "https://post.example/ferry"


@pytest.mark.parametrize("broken", ["{", '{"@type": "NewsArticle", "author": 7, "image": [null], "name": {}}', "[]"])
def test_broken_structured_data_does_not_lose_the_page(broken):
    draft = draft_of_page(page(f'<script type="application/ld+json">{broken}</script>'))
    assert draft.headline == "Ferry turns back"


GIVEN = Defaults(
    source="The Harbour Post", published=datetime(2026, 3, 6, tzinfo=UTC), url="https://given.example/news/ferry"
)


def imported(html):
    return finish(draft_of_page(html), GIVEN, frozenset())


FIRST_WORDS = "Paragraph 0: the ferry to Lismore turned back on Friday"


@pytest.mark.parametrize(
    "html",
    [
        page(),
        page(linked({"@type": "NewsArticle", "headline": "Storm turns the ferry back"})),
        page(story=STORY).replace("<h1>", "<p><a href='/islands'>Islands</a></p><h1>"),
        page(story=STORY).replace("<h1>Ferry turns back</h1>", "<h1>Ferry\n turns  back</h1>"),
        page(story=STORY).replace("<h1>Ferry turns back</h1>", "<h2>Ferry turns back</h2>"),
        page('<meta name="description" content="Ferry turns back">'),
    ],
)
def test_the_pages_headline_is_neither_in_the_body_nor_the_summary(html):
    article = imported(html)
    assert "turns back" not in article.body_html
    assert "Islands" not in article.body_html
    assert plain_text(article.body_html).startswith(FIRST_WORDS)
    assert article.summary.startswith(FIRST_WORDS)


def test_a_short_first_paragraph_above_a_chapters_heading_stays():
    article = imported(page(story=f"<p>It was a short crossing.</p><h1>The wave</h1>{STORY}"))
    assert plain_text(article.body_html).startswith("It was a short crossing.\n\nThe wave\n\nParagraph 0")
    assert "<h2>The wave</h2>" in article.body_html


def test_boxes_and_buttons_leave_the_body_of_a_page():
    box = (
        "<div><h3>Sign Up for Daily Headlines</h3><p>Sign up to receive a daily email of today's top island news.</p>"
        "<p>Sign Up Now</p></div><p>ADVERTISEMENT</p>"
    )
    article = imported(page(story=f"{STORY}{box}<p>The harbour master said that all will sail again on Sunday.</p>"))
    words = plain_text(article.body_html)
    assert "Sign" not in words
    assert "ADVERTISEMENT" not in words
    assert words.endswith("all will sail again on Sunday.")
    assert "Paragraph 5" in words


@pytest.mark.parametrize(
    ("canonical", "picture", "url", "image"),
    [
        ("/ferry", "/a.jpg", "https://post.example/ferry", "https://post.example/a.jpg"),
        ("//post.example/ferry", "//cdn.example/a.jpg", "https://post.example/ferry", "https://cdn.example/a.jpg"),
        ("./ferry", "a.jpg", "https://post.example/news/ferry", "https://post.example/news/a.jpg"),
    ],
)
def test_relative_addresses_are_joined_with_the_pages_own(canonical, picture, url, image):
    head = (
        f'<link rel="canonical" href="{canonical}"><meta property="og:image" content="{picture}">'
        '<meta property="og:url" content="https://post.example/news/x">'
    )
    article = imported(page(head))
    assert (article.url, article.image and article.image.url) == (url, image)


@pytest.mark.parametrize(
    ("picture", "image"),
    [
        ("/a.jpg", "https://given.example/a.jpg"),
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("ferry_files/a.jpg", None),
        ("data:image/png;base64,AAAA", None),
        ("//[", None),
    ],
)
def test_a_page_without_an_address_has_its_picture_joined_with_the_given_one(picture, image):
    article = imported(page(f'<link rel="canonical" href="/ferry"><meta property="og:image" content="{picture}">'))
    assert article.url == "https://given.example/news/ferry"
    assert (article.image and article.image.url) == image


def test_a_page_over_two_megabytes_is_refused_before_it_is_read():
    with pytest.raises(RejectedError, match="over 2 MB, too large for a web page"):
        decode_page(b"<p>" * (LARGEST_PAGE // 3 + 1))


def test_a_page_without_headline_or_text_is_refused():
    with pytest.raises(RejectedError, match="no article found"):
        draft_of_page("<html><body></body></html>")


def test_a_page_in_an_old_encoding_that_it_names_is_read_and_one_that_names_none_is_refused():
    text = page('<meta charset="iso-8859-1">').replace("Ferry", "Fähre")
    assert draft_of_page(decode_page(text.encode("latin-1"))).headline == "Fähre turns back"
    with pytest.raises(RejectedError, match="not UTF-8 at byte"):
        decode_page(page().replace("Ferry", "Fähre").encode("latin-1"))


@pytest.fixture(scope="module")
def measured():
    """The real pages: what each expects, and the draft made of it."""
    if not PAGES.exists():
        pytest.skip("../shared/data/pages is absent")
    expected = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
    return [(row, draft_of_page(decode_page((PAGES / "html" / row["file"]).read_bytes()))) for row in expected]


def normal(text):
    return " ".join((text or "").split()).casefold()


def test_real_pages_give_their_headline_in_fourteen_of_fifteen(measured):
    right = [normal(row["title"]) in normal(draft.headline) for row, draft in measured]
    assert sum(right) >= 14


def test_real_pages_give_their_instant_to_the_minute_in_fourteen_of_fifteen(measured):
    def is_right(row, draft):
        told = datetime.fromisoformat(row["published"])
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        return draft.published is not None and abs((draft.published - told).total_seconds()) < 60

    assert sum(is_right(row, draft) for row, draft in measured) >= 14


def test_real_pages_give_their_authors_in_fourteen_of_fifteen(measured):
    right = [set(map(normal, row["authors"])) == set(normal(draft.byline).split(", ")) for row, draft in measured]
    assert sum(right) >= 14


def test_real_pages_give_their_text(measured):
    def tokens(text):
        return Counter(re.findall(r"\w+", text.casefold()))

    def f1(row, draft):
        found, told = tokens(plain_text(draft.body_html)), tokens(row["text"])
        return 2 * (found & told).total() / (found.total() + told.total())

    assert sum(f1(row, draft) for row, draft in measured) / len(measured) >= 0.95
