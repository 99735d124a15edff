"""What a preview tells of the choice: the same before an edition goes out and ever after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from newsroom import CUTOFF, DAY, MORNING, NEWSLETTER, article, configure, stock

from digest.articles.store import store_articles
from digest.building import build_edition
from digest.delivery.publishing import publish
from digest.preview import preview_edition

CAPS = '\n[[newsletters.morning.sections]]\ntitle = "Quay"\nlimit = 2\n'


@pytest.fixture
def settings(tmp_path, database):
    return configure(tmp_path, database.url, more=CAPS)


def report(database, settings, day=DAY):
    return preview_edition(database, settings, NEWSLETTER, day, MORNING, inline=str).report()


def released(database, settings):
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY, inline=str)
    return publish(database, built, built.schedule, MORNING)


def test_scores_and_runners_up_are_frozen_with_the_edition(database, settings):
    stock(database, stories=13)
    before = report(database, settings)
    published = released(database, settings)
    stock(database, stories=9, first=30)
    after = report(database, settings)
    assert after["published"]
    assert (before["stories"], before["runners_up"]) == (after["stories"], after["runners_up"])
    assert [len(before[key]) for key in ("stories", "runners_up", "left_out")] == [6, 5, 7]
    assert after["left_out"] == after["runners_up"]
    assert [left.headline for left in published.runners_up] == [left["headline"] for left in before["runners_up"]]


def test_every_score_in_a_report_is_the_sum_of_its_parts(database, settings):
    stock(database, stories=8)
    told = report(database, settings)
    assert {part["name"] for story in told["stories"] for part in story["parts"]} == {"source", "own", "recency"}
    for story in (*told["stories"], *told["runners_up"]):
        assert story["score"] == sum(part["points"] for part in story["parts"])
        assert all(part["why"] for part in story["parts"])
    assert [left["why"] for left in told["runners_up"]] == ["Quay is full: its limit is 2"] * 2
    assert "behind" in told["runners_up"][0]["lacked"] or "which has as many points" in told["runners_up"][0]["lacked"]


def test_a_story_that_was_mailed_and_has_changed_comes_back_once_with_what_is_new(database, settings):
    stock(database, stories=3)
    published = released(database, settings)
    first = published.stories[0]
    assert first.told
    news = "Divers found the lost anchor of a frigate under the old crane."
    tomorrow, changed = DAY + timedelta(days=1), replace(article(1), summary=f"{article(1).summary} {news}")
    with database.writing() as session:
        store_articles(session, [changed], MORNING + timedelta(hours=3))
    stock(database, stories=2, cutoff=CUTOFF + timedelta(days=1), first=20)
    before = report(database, settings, tomorrow)
    (back,) = (story for story in before["stories"] if story["updated"])
    assert back["url"] == changed.url
    assert back["reasons"][-1] == f"updated since readers had it on 2026-03-14; new is: {news}"
    assert "updated 2026-03-14 09:00 UTC (+2)" in back["reasons"]
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, tomorrow, inline=str)
    for part in (built.artifact.html, built.artifact.text):
        assert part.count("Updated") == 1
        assert part.count("Divers found") == 1
        assert "What happened at the quay in story 1 " not in part
    publish(database, built, built.schedule, MORNING + timedelta(days=1))
    assert report(database, settings, tomorrow)["stories"] == before["stories"]
    stock(database, stories=2, cutoff=CUTOFF + timedelta(days=2), first=40)
    assert changed.url not in {story["url"] for story in report(database, settings, DAY + timedelta(days=2))["stories"]}


def test_a_mailed_story_that_is_embargoed_anew_does_not_come_back_before_its_time(database, settings):
    stock(database, stories=3)
    released(database, settings)
    told, tomorrow = replace(article(1), headline="9 anchors found"), DAY + timedelta(days=1)
    secret = replace(told, not_before=CUTOFF + timedelta(days=4))
    with database.writing() as session:
        store_articles(session, [secret], MORNING + timedelta(hours=3))
    stock(database, stories=2, cutoff=CUTOFF + timedelta(days=1), first=20)
    assert not any(story["updated"] for story in report(database, settings, tomorrow)["stories"])
    with database.writing() as session:
        store_articles(session, [replace(told, not_before=CUTOFF)], MORNING + timedelta(hours=4))
    assert any(story["updated"] for story in report(database, settings, tomorrow)["stories"])


def test_without_updates_no_story_comes_back(database, tmp_path):
    settings = configure(tmp_path, database.url, more=CAPS, updates="false")
    stock(database, stories=3)
    released(database, settings)
    with database.writing() as session:
        store_articles(session, [replace(article(1), headline="9 anchors found")], MORNING + timedelta(hours=3))
    stock(database, stories=2, cutoff=CUTOFF + timedelta(days=1), first=20)
    assert len(report(database, settings, DAY + timedelta(days=1))["stories"]) == 2


def test_what_readers_had_under_another_address_is_left_out_and_said(database, settings):
    stock(database, stories=3)
    released(database, settings)
    moved = replace(article(2), url="https://quay.example/moved", published=CUTOFF + timedelta(hours=1))
    with database.writing() as session:
        store_articles(session, [moved], MORNING)
    stock(database, stories=2, cutoff=CUTOFF + timedelta(days=1), first=20)
    (left,) = report(database, settings, DAY + timedelta(days=1))["left_out"]
    assert left["url"] == moved.url
    assert left["why"] == f"readers had it on 2026-03-14, from The Quay Times: {moved.headline}"
