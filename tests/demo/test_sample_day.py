import csv
import json
import struct
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from digest.articles.article import Article
from digest.articles.defaults import Defaults
from digest.articles.reading import read_articles
from digest.demo.day import (
    ARTICLES,
    OWN_NEWSROOM,
    PICTURES,
    READERS,
    reader_names,
    sample_day,
    write_sample_day,
)
from subscribers.address import EmailAddress

CUTOFF = datetime(2026, 3, 29, 3, 30, tzinfo=UTC)
ASSETS = "http://127.0.0.1:8000/pictures"
FIELDS = {"url", "source", "headline", "summary", "body", "byline", "published", "section", "language", "image"}
SECTIONS = {"Nation", "World", "Business", "Science", "Culture", "Sport", "Port Ellery"}


@pytest.fixture(scope="module")
def day():
    return sample_day(CUTOFF, ASSETS)


def test_about_forty_articles_come_from_six_outlets_and_most_of_one_is_ours(day):
    sources = Counter(article["source"] for article in day)
    assert 38 <= len(day) <= 44
    assert len(sources) == 6
    assert sources.most_common(1)[0][0] == OWN_NEWSROOM


def test_no_two_articles_share_an_address_or_a_headline(day):
    assert len({article["url"] for article in day}) == len(day)
    assert len({article["headline"].casefold() for article in day}) == len(day)


def test_every_article_has_the_fields_of_the_contract_and_no_other(day):
    for article in day:
        assert set(article) <= FIELDS
        assert {"url", "source", "headline", "body", "published", "section", "language"} <= set(article)
        assert article["url"].startswith("https://www.")
        assert ".example/" in article["url"]
        assert article["section"] in SECTIONS
        assert len(article.get("summary", "")) <= 300


def test_our_own_stories_run_to_three_paragraphs_and_the_others_are_shorter(day):
    for article in day:
        paragraphs = len(article["body"].split("\n\n"))
        assert 2 <= paragraphs <= 6 if article["source"] == OWN_NEWSROOM else 1 <= paragraphs <= 3


def test_the_awkward_ones_are_there(day):
    assert any("image" not in article for article in day if article["source"] == OWN_NEWSROOM)
    assert any("summary" not in article for article in day)
    assert any("byline" not in article for article in day)
    assert any(len(article["headline"]) > 140 for article in day)
    assert any("é" in article["headline"] and "—" in article["headline"] for article in day)
    assert any(article["headline"].startswith("UPDATE") for article in day)


def test_every_article_falls_into_the_shortest_window_before_the_cutoff(day):
    for article in day:
        published = datetime.fromisoformat(article["published"])
        assert CUTOFF - timedelta(hours=23) <= published < CUTOFF


def test_a_cutoff_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        sample_day(datetime(2026, 3, 29, 5, 30), ASSETS)  # noqa: DTZ001 - it is what must be refused


def test_every_picture_is_there_with_the_size_it_tells_and_none_is_left_over(day):
    images = [article["image"] for article in day if "image" in article]
    names = [image["url"].removeprefix(f"{ASSETS}/") for image in images]
    assert sorted(names) == sorted(picture.name for picture in PICTURES.iterdir())
    assert 10 <= len(names) <= 12
    for image, name in zip(images, names, strict=True):
        content = (PICTURES / name).read_bytes()
        assert len(content) < 90_000, name
        assert jpeg_size(content) == (image["width"], image["height"]) == (1200, 676)
        assert image["alt"]
        assert image["credit"]


def test_the_importer_takes_every_article_of_the_written_file(tmp_path):
    path = tmp_path / "day.jsonl"
    written = write_sample_day(path, CUTOFF, ASSETS)
    read = list(read_articles([str(path)], Defaults(), {OWN_NEWSROOM}, BytesIO()))
    assert [item for item in read if not isinstance(item, Article)] == []
    assert len(read) == written
    assert all(article.summary and article.headline and not article.needs_headline for article in read)
    assert sum(article.own for article in read) == 15


def test_the_stored_file_is_one_object_a_line():
    for line in ARTICLES.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["minutes_before_cutoff"] > 0


def test_the_readers_are_twenty_five_different_people_at_reserved_domains():
    with READERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["email", "name"]
    assert len({EmailAddress.parse(row["email"]) for row in rows}) == len({row["name"] for row in rows}) == 25
    assert reader_names() == {row["email"]: row["name"] for row in rows}
    assert {row["email"].split("@")[1] for row in rows} == {"example.org", "example.net", "example.com"}


def jpeg_size(content):
    """Read width and height from the frame header (ISO 10918-1, B.2.2)."""
    at = 2
    while content[at + 1] not in (0xC0, 0xC2):
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    height, width = struct.unpack(">HH", content[at + 5 : at + 9])
    return width, height
