import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.articles.article import Article
from digest.articles.defaults import Defaults
from digest.articles.file_text import LARGEST
from digest.articles.formats import ENDINGS, drafts_in
from digest.articles.reading import read_articles
from digest.articles.rejection import Rejection
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


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.text("<>/=\"' ahrefscriptmt{}[]:,-#*\n&;", max_size=200).map(str.encode),
    )
)
def test_no_file_however_broken_raises(ending, data):
    for item in drafts_in(io.BytesIO(data), "x", ending):
        assert isinstance(item, Rejection | tuple)
