from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import OWN, WIRE, article, foreign, newsletter, sources

from digest.editions.coverage import Covered
from digest.editions.ranking import score_of
from digest.editions.score import Score, score_from_json
from digest.editions.window import Window

END = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
DAY_LONG = Window(END - timedelta(days=1), END)
CITY = {"sections": [{"title": "City", "weight": 1.5}]}


def scored(report, *others, terms=None, **changes):
    """Give the score of an event by the name of each part."""
    known = terms or {}
    event = Covered(report, others)
    score = score_of(event, newsletter(**changes), known.get(report.source), DAY_LONG)
    return {part.name: part.points for part in score.parts}


def outlet(name, **changes):
    return foreign(source=name, url=f"https://{name}.example/", **changes)


def test_our_own_newsroom_comes_first_by_its_weight():
    terms = sources(own={"weight": 2}, wire={"weight": 0.75})
    assert scored(article(), terms=terms) == {"source": 200, "own": 50, "recency": 14}
    assert scored(foreign(), terms=terms) == {"source": 75, "recency": 14}
    assert scored(foreign())["source"] == 100


def test_each_doubling_of_the_outlets_that_tell_an_event_brings_as_much():
    others = [outlet(f"outlet{number}") for number in range(7)]
    found = [scored(article(), *others[:count]).get("coverage") for count in (0, 1, 3, 7)]
    assert found == [None, 20, 40, 60]


def test_an_outlet_that_tells_an_event_twice_counts_once():
    assert scored(article(), outlet("gazette"), outlet("gazette"))["coverage"] == 20


def test_the_best_place_in_any_feed_counts_and_one_that_no_feed_told_has_none():
    assert "prominence" not in scored(article())
    assert scored(article(position=3))["prominence"] == 5
    assert scored(article(position=3), outlet("gazette", position=1))["prominence"] == 15


@pytest.mark.parametrize(
    ("hours", "points"), [(-30, 0), (-24, 0), (-12, 8), (0, 15), (2, 15)]
)  # fmt: skip
def test_the_later_in_the_window_the_more_and_never_more_than_all(hours, points):
    assert scored(article(published=END + timedelta(hours=hours)))["recency"] == points


def test_a_window_without_a_length_is_no_reason_to_fail():
    score = score_of(Covered(article()), newsletter(), None, Window(END, END))
    assert score.parts[-1].points == 0


def test_a_heavier_section_brings_points_a_lighter_one_takes_them_and_others_say_nothing():
    assert scored(article(section="city"), **CITY)["section"] == 10
    assert scored(article(section="City"), sections=[{"title": "City", "weight": 0}])["section"] == -20
    assert "section" not in scored(article(section="City"), sections=[{"title": "City"}])
    assert "section" not in scored(article(section="Sport"), **CITY)
    assert scored(foreign(), terms=sources(wire={"section": "City"}), **CITY)["section"] == 10


@pytest.mark.parametrize(
    ("headline", "points"),
    [
        ("Two eclipses in one year", 30),
        ("The ECLIPSE, seen from the harbour", 30),
        ("Horoscopes for an eclipse", -10),
        ("The sea walls hold", 5),
        ("The sea took the walls", None),
        ("Ecliptic nonsense", None),
    ],
)
def test_an_editors_boost_finds_its_words_in_any_form_and_in_their_order(headline, points):
    boosts = {"eclipse": 30, "horoscope": -40, "sea wall": 5}
    assert scored(article(headline=headline, summary=""), ranking={"boosts": boosts}).get("boost") == points


def test_every_weight_can_be_set_and_a_zero_takes_a_part_out_of_the_sum():
    nothing = dict.fromkeys(("source", "own", "coverage", "prominence", "recency", "section"), 0)
    report = article(section="City", position=1)
    assert set(scored(report, outlet("gazette"), ranking=nothing, **CITY).values()) == {0}
    for name in nothing:
        set_so = {**nothing, name: 1000}
        total = sum(scored(report, outlet("gazette"), ranking=set_so, **CITY).values())
        assert total == {"section": 500, "recency": 938}.get(name, 1000)


@given(
    st.floats(0, 50), st.integers(0, 9), st.one_of(st.none(), st.integers(1, 500)), st.integers(-3_000, 3_000),
    st.dictionaries(st.sampled_from(["ferry", "island", "fuel"]), st.integers(-50, 50)),
)  # fmt: skip
def test_the_parts_are_whole_and_add_up_exactly_in_a_preview_and_in_the_database(
    weight, outlets, place, minutes, boosts
):
    others = tuple(outlet(f"outlet{number}") for number in range(outlets))
    told = article(position=place, published=END + timedelta(minutes=minutes), section="City")
    terms = sources(own={"weight": weight})
    rules = newsletter(ranking={"boosts": boosts}, **CITY)
    score = score_of(Covered(told, others), rules, terms[OWN], DAY_LONG)
    assert all(isinstance(part.points, int) for part in score.parts)
    assert score.total == sum(part.points for part in score.parts)
    assert len({part.name for part in score.parts}) == len(score.parts)
    assert score_from_json(score.as_json()) == score
    assert [reason.endswith(f"({part.points:+})") for part, reason in zip(score.parts, score.reasons, strict=True)]


def test_every_part_says_why():
    report = replace(article(1, headline="A ferry"), position=2, section="City")
    rules = newsletter(ranking={"boosts": {"ferry": 7}}, **CITY)
    assert score_of(Covered(report, (foreign(),)), rules, None, DAY_LONG).reasons == (
        f"{OWN} has weight 1 (+100)",
        "it is our own (+50)",
        f"also told by {WIRE} (+20)",
        f"number 2 in the feed of {OWN} (+8)",
        "published 2026-03-14 03:59 UTC (+14)",
        "City has weight 1.5 (+10)",
        "it says ferry (+7)",
    )


def test_an_edition_of_a_version_without_scores_has_a_score_without_parts():
    assert score_from_json(None) == Score()
