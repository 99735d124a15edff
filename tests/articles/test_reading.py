import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.articles.article import Article
from digest.articles.defaults import Defaults
from digest.articles.file_text import LARGEST
from digest.articles.formats import ENDINGS
from digest.articles.reading import read_articles
from digest.articles.rejection import Rejection, attempt
from digest.errors import BadInputError

FULL = Defaults(source="The Harbour Post", published=datetime(2026, 3, 1, 9, tzinfo=UTC))
ONE = {"url": "https://post.example/bridge", "headline": "Bridge opens"}


def read(*paths, defaults=FULL, own=frozenset(), stdin=b""):
    return list(read_articles([str(path) for path in paths], defaults, own, io.BytesIO(stdin)))


def line(number=1, **more):
    return json.dumps({"url": f"https://post.example/{number}", "headline": f"Story {number}"} | more).encode() + b"\n"


def test_a_folder_gives_its_articles_sorted_through_all_levels_and_without_hidden_files(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b" / "second.json").write_bytes(line(2))
    (tmp_path / "a.JSON").write_bytes(line(1))
    (tmp_path / "c.md").write_text("---\nurl: https://post.example/3\n---\n# Story 3\n\nIt rained.")
    (tmp_path / ".hidden.json").write_bytes(line(9))
    (tmp_path / ".git" / "x.json").write_bytes(line(9))
    assert [article.headline for article in read(tmp_path)] == ["Story 1", "Story 2", "Story 3"]


def test_each_file_that_is_no_article_is_one_rejection_and_stops_nothing(tmp_path):
    contents = {
        "a.png": b"\x89PNG\r\n\x1a\n\x00",
        "b.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "c.txt": "Caf\u00e9 closes".encode("cp1252"),
        "d.txt": b"  \n",
        "e.json": b'{"url": ',
        "f.txt": b"x" * (LARGEST + 1),
        "g.json": line(7),
        "h": b"no ending",
        "i.json": b"[]",
        "j.jsonl": b"",
        "k.html": b"<p></p>",
        "l.html": b"<p>" * 700_000,
        "m.md": b"---\npublished: 0001-01-01T00:00:00+14:00\n---\n# Rain\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "z").mkdir()
    items = read(tmp_path)
    reasons = {Path(item.where).name: item.reason for item in items if isinstance(item, Rejection)}
    assert [item.headline for item in items if isinstance(item, Article)] == ["Story 7"]
    assert reasons["a.png"].startswith(".png is not read; known are .txt")
    assert reasons["b.txt"] == "a binary file, not text"
    assert reasons["c.txt"] == "not UTF-8 at byte 3; save it as UTF-8"
    assert reasons["d.txt"] == "empty"
    assert reasons["e.json"].startswith("not JSON at column")
    assert reasons["f.txt"].startswith("over 10 MB")
    assert reasons["h"].startswith("a file without an ending is not read")
    assert reasons["i.json"] == "an empty list"
    assert reasons["j.jsonl"] == "empty"
    assert reasons["k.html"] == "no article found on the page"
    assert reasons["l.html"] == "over 2 MB, too large for a web page; give its text as .txt"
    assert reasons["m.md"].startswith("published: 0001-01-01T00:00:00+14:00 is out of range")
    assert reasons["z"] == "the folder is empty"


def test_a_path_that_does_not_exist_is_a_rejection(tmp_path):
    (rejection,) = read(tmp_path / "gone.txt")
    assert rejection == Rejection(str(tmp_path / "gone.txt"), "no such file or folder")


def test_a_link_that_leads_back_up_is_not_followed(tmp_path):
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "a.json").write_bytes(line())
    article, rejection = read(tmp_path)
    assert article.headline == "Story 1"
    assert "not followed" in rejection.reason


def test_a_bad_line_of_jsonl_is_named_by_its_number_and_the_others_are_read(tmp_path):
    file = tmp_path / "day.jsonl"
    file.write_bytes(line(1) + b"\n" + b"{broken\n" + b"\xff\xfe\n" + b"[1]\n" + line(6))
    items = read(file)
    assert [item.url for item in items if isinstance(item, Article)] == [
        "https://post.example/1",
        "https://post.example/6",
    ]
    rejected = [item.where for item in items if isinstance(item, Rejection)]
    assert rejected == [f"{file}:3", f"{file}:4", f"{file}:5"]


def test_a_line_over_the_limit_is_one_rejection_and_the_next_line_is_read(tmp_path):
    file = tmp_path / "day.jsonl"
    file.write_bytes(line(1, body="x" * 2 * LARGEST) + line(2))
    rejection, article = read(file)
    assert rejection.where == f"{file}:1"
    assert article.headline == "Story 2"


def test_an_over_long_first_line_of_standard_input_is_one_rejection_and_shifts_no_number():
    too_long = line(1, body="x" * 2 * LARGEST)
    rejection, article, broken_line = read("-", stdin=b"\n" + too_long + line(2) + b"{broken\n")
    assert rejection.where == "-:2"
    assert rejection.reason.startswith("over 10 MB")
    assert article.headline == "Story 2"
    assert broken_line.where == "-:4"


def test_an_article_of_a_json_list_is_named_by_its_place(tmp_path):
    file = tmp_path / "day.json"
    file.write_text(json.dumps([ONE, {"headline": "No address"}, ONE | {"colour": "red"}]))
    article, no_address, unknown = read(file)
    assert article.headline == "Bridge opens"
    assert no_address == Rejection(f"{file} (article 2)", "no address: give --url")
    assert unknown.reason.startswith("colour: unknown field")


@pytest.mark.parametrize(
    ("stdin", "headlines"),
    [
        (line(1) + line(2), ["Story 1", "Story 2"]),
        (b"\xef\xbb\xbf" + line(1), ["Story 1"]),
        (b"\n\n" + line(1), ["Story 1"]),
        (b"[" + line(1) + b"," + line(2) + b"]", ["Story 1", "Story 2"]),
        (b'{\n"url": "https://post.example/1",\n"headline": "Story 1"}', ["Story 1"]),
    ],
)
def test_standard_input_is_json_lines_or_one_document(stdin, headlines):
    assert [item.headline for item in read("-", stdin=stdin)] == headlines


def test_standard_input_that_is_no_json_is_plain_text():
    defaults = Defaults(source="Post", published=FULL.published, url="https://post.example/rain")
    (article,) = read("-", defaults=defaults, stdin=b"It rained on Monday.\n\nIt rained on Tuesday, too.")
    assert (article.headline, article.needs_headline) == ("It rained on Monday", True)


def test_empty_standard_input_is_a_rejection():
    assert read("-") == [Rejection("-", "empty")]


@pytest.mark.parametrize("defaults", [Defaults(url="https://post.example/a"), Defaults(headline="Rain")])
def test_an_address_or_headline_for_more_than_one_article_is_refused_before_any_is_given(defaults):
    items = read_articles(["-"], defaults, frozenset(), io.BytesIO(line(1) + line(2)))
    with pytest.raises(BadInputError, match="for one article"):
        next(items)


def test_an_article_is_our_own_by_the_configured_sources_or_by_the_option():
    stdin = line(1, source="The Harbour Post") + line(2, source="Le Phare") + line(3)
    configured = read("-", stdin=stdin, own=frozenset({"Le Phare"}))
    by_option = read("-", stdin=stdin, defaults=Defaults(source="The Harbour Post", own=True, published=FULL.published))
    assert [article.own for article in configured] == [False, True, False]
    assert [article.own for article in by_option] == [True, False, True]


HOSTILE = [
    *("", " ", "\\ud800", "\x85", "x" * 3_000, "null", "~", "[]", "{}", "&#xD800;", "<p>", "---"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-06", "2026-02-30T10:00Z", "1e999"),
    *("Fri, 6 Mar 2026 09:00:00 +99999999999999", "12:30", "2026-03-06 25:61:00"),
    *("//[", "http://[::1", "https://a..b/", "https://x:99999/", "https://u@x/", "/a.jpg", "//x", "javascript:1"),
]
ODD = [None, True, 0, -1, 10**30, 1.5, float("inf"), [], [None], ["x", 7], {}, {"url": 7}, {"url": "//["}, {"@id": []}]
hostile = st.one_of(st.sampled_from(HOSTILE), st.sampled_from(ODD), st.text(max_size=40))
STORY = {
    "url": "https://post.example/rain",
    "source": "The Harbour Post",
    "headline": "Rain at last",
    "summary": "It rained.",
    "byline": "Iain Ross",
    "published": "2026-03-06T09:00:00Z",
    "section": "Weather",
    "language": "en-GB",
    "image": {"url": "https://post.example/a.jpg", "width": 600, "height": 338},
}
LINKED = {
    "@type": "NewsArticle",
    "@id": "#story",
    "headline": "Rain at last",
    "description": "It rained.",
    "datePublished": "2026-03-06T09:00:00Z",
    "author": [{"@type": "Person", "name": "Iain Ross"}],
    "publisher": {"name": "The Harbour Post"},
    "image": {"url": "https://post.example/a.jpg", "width": 600, "caption": "Rain."},
    "articleBody": "It rained.",
    "url": "https://post.example/rain",
    "inLanguage": "en",
}
METAS = ("og:title", "og:url", "og:image", "og:image:width", "article:published_time", "author", "description", "date")


def plain(value):
    return value if isinstance(value, str) else json.dumps(value)


def as_json(told, _metas, words):
    return json.dumps(told | {"body_html": f"<p>{plain(words)}</p>"}).encode()


def as_markdown(told, _metas, words):
    fields = "".join(f"{name}: {plain(value)}\n" for name, value in told.items())
    return f"---\n{fields}---\n# Rain\n\nIt rained.\n\n{plain(words)}\n".encode("utf-8", "replace")


def as_page(told, metas, words):
    head = "".join(f'<meta property="{name}" content="{escape(plain(value))}">' for name, value in metas.items())
    body = f"<h1>Rain</h1><p>It rained.</p><p>{plain(words)}</p><p>Sign Up Now</p>"
    linked = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    return f"<html lang=en><head>{linked}{head}</head><body>{body}</body></html>".encode("utf-8", "replace")


def as_text(told, _metas, words):
    return "\n\n".join([*map(plain, told.values()), "It rained.", plain(words)]).encode("utf-8", "replace")


SKELETONS = {
    ".txt": (STORY, as_text),
    ".md": (STORY, as_markdown),
    ".html": (LINKED, as_page),
    ".htm": (LINKED, as_page),
    ".json": (STORY, as_json),
    ".jsonl": (STORY, as_json),
}


@st.composite
def nearly_articles(draw, ending):
    """Draw a valid file of *ending* in which a few fields hold what no one would write."""
    skeleton, write = SKELETONS[ending]
    told = skeleton | draw(st.dictionaries(st.sampled_from(sorted(skeleton)), hostile, max_size=3))
    return write(told, draw(st.dictionaries(st.sampled_from(METAS), hostile, max_size=3)), draw(hostile))


broken = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.text("<>/=\"' ahrefscriptmt{}[]:,-#*\n&;", max_size=200).map(str.encode),
)


def expected(file):
    """Read *file* and give what it holds; fail where the reason of a rejection is one that nobody foresaw."""
    # A text has no field for its address; a list can not be given one.
    items = read(file, defaults=replace(FULL, url=ONE["url"]) if file.suffix == ".txt" else FULL)
    surprises = [item for item in items if isinstance(item, Rejection) and "unforeseen" in item.reason]
    assert surprises == []
    return items


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_files_that_are_to_be_broken_are_articles_at_first(ending, tmp_path):
    skeleton, write = SKELETONS[ending]
    file = tmp_path / f"story{ending}"
    file.write_bytes(write(skeleton, {}, "It rained on."))
    (article,) = expected(file)
    assert isinstance(article, Article)
    assert "It rained on." in article.body_html


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != ".htm"])
def test_no_field_however_broken_is_a_surprise(ending, tmp_path):
    skeleton, write = SKELETONS[ending]
    file = tmp_path / f"story{ending}"
    for name, value in product(skeleton, [*HOSTILE, *ODD]):
        file.write_bytes(write(skeleton | {name: value}, {}, "It rained on."))
        expected(file)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_however_broken_is_a_surprise(ending, tmp_path, data):
    file = tmp_path / f"story{ending}"
    file.write_bytes(data.draw(st.one_of(nearly_articles(ending), broken)))
    expected(file)


def test_what_nobody_foresaw_is_a_rejection_that_names_the_error():
    rejection = attempt("a.txt", lambda: {}["byline"])
    assert rejection == Rejection("a.txt", "can't be read, an unforeseen KeyError: 'byline'")


@pytest.mark.parametrize(
    "stdin",
    [
        b"<!doctype html><html><head><meta property='og:title' content='The river is high'></head>"
        b"<body><article><p>The river stands at its highest mark since the quay was built.</p></article></body></html>",
        b"---\nheadline: The river is high\n---\n\nThe river stands at its highest mark since the quay was built.\n",
    ],
)
def test_a_page_and_markdown_are_known_on_standard_input_by_how_they_begin(stdin):
    defaults = replace(FULL, url="https://post.example/river")
    (article,) = read("-", defaults=defaults, stdin=stdin)
    assert article.headline == "The river is high"
    assert "---" not in article.body_html
    assert article.summary.startswith("The river stands")
