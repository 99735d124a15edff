"""What a preview tells of the choice: the same before an edition goes out and ever after."""

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure, stock

from digest.building import build_edition
from digest.delivery.publishing import publish
from digest.preview import preview_edition

CAPS = '\n[[newsletters.morning.sections]]\ntitle = "Quay"\nlimit = 2\n'


@pytest.fixture
def settings(tmp_path, database):
    return configure(tmp_path, database.url, more=CAPS)


def report(database, settings):
    return preview_edition(database, settings, NEWSLETTER, DAY, MORNING, inline=str).report()


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
