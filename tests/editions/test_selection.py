from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import DAY, OWN, PICTURE, WIRE, article, foreign, newsletter

from digest.editions.changes import Change
from digest.editions.compose import compose
from digest.editions.contents import RUNNERS_UP, runners_up
from digest.editions.lighter import ever_lighter

SECTIONS = [{"title": "City", "limit": 2}, {"title": "World", "limit": 3}]


def composed(*articles, **changes):
    return compose("daily", DAY, newsletter(min_stories=1, **changes), articles, {})


def outlets(contents):
    return Counter(story.source for story in contents.stories if not story.own)


@st.composite
def a_days_reports(draw):
    """Reports of our own and of three other outlets in some sections, at some places of their feeds."""
    made = []
    for number in range(draw(st.integers(1, 25))):
        source = draw(st.sampled_from([OWN, "gazette", "courier", "herald"]))
        told = {"source": source, "own": source == OWN, "url": f"https://post.example/{number}"}
        section, position = draw(st.sampled_from([None, "City", "World"])), draw(st.sampled_from([None, 1, 4]))
        made.append(article(number, section=section, position=position, headline=f"Report {number}a", **told))
    return made


@given(a_days_reports(), st.integers(1, 20), st.integers(1, 6))
def test_every_cap_is_kept_and_what_it_cost_is_told(reports, most, per_outlet):
    contents = composed(*reports, sections=SECTIONS, max_stories=most, ranking={"per_outlet": per_outlet})
    assert len(contents.stories) <= most
    assert all(count <= per_outlet for count in outlets(contents).values())
    limits = {rule["title"]: rule["limit"] for rule in SECTIONS}
    assert all(len(section.stories) <= limits.get(section.title, most) for section in contents.sections)
    ranked = [left for left in contents.left_out if left.score.parts]
    assert len(contents.stories) + len(contents.left_out) == len(reports)
    assert all(left.lacked for left in ranked)
    first = runners_up(contents.left_out)
    assert [left.score.total for left in first] == sorted((left.score.total for left in ranked), reverse=True)[:5]


@given(a_days_reports())
def test_within_a_section_nobody_stands_above_who_has_more_points(reports):
    contents = composed(*reports, sections=SECTIONS)
    for run in (contents.second_rank, *(section.stories for section in contents.sections)):
        points = [story.score.total for story in run]
        assert points == sorted(points, reverse=True)


def test_one_outlet_does_not_fill_an_edition_and_our_own_may():
    wire = [foreign(place) for place in range(6)]
    contents = composed(*wire, *(article(place) for place in range(6)), ranking={"per_outlet": 4})
    assert (outlets(contents), len(contents.stories)) == ({WIRE: 4}, 10)
    assert [(left.url, left.why) for left in contents.left_out] == [
        (wire[place].url, f"{WIRE} has enough: per_outlet is 4") for place in (4, 5)
    ]


def test_what_a_full_section_turns_away_leaves_its_place_in_the_edition_to_the_next():
    front = [article(place) for place in range(4)]
    city = [article(place, section="City") for place in range(10, 15)]
    last = article(20)
    contents = composed(*front, *city, last, sections=SECTIONS, max_stories=7)
    assert last.url in {story.url for story in contents.stories}


@pytest.mark.parametrize(
    ("place", "position", "lacked"),
    [
        (9, None, "15 points behind 'The ferry to island 1 sails again'"),
        (2, 1, "the place of 'The ferry to island 1 sails again', which has as many points"),
    ],
)
def test_what_found_no_place_says_how_far_it_is_from_the_last_that_did(place, position, lacked):
    front, out = [article(0, position=1), article(1, position=1)], article(place, position=position)
    (left,) = composed(*front, out, max_stories=2).left_out
    assert (left.url, left.lacked) == (out.url, lacked)


def test_a_lead_chosen_for_its_picture_may_have_fewer_points_than_what_it_keeps_out():
    (left,) = composed(article(0, position=1), article(1, image=PICTURE), max_stories=1).left_out
    assert left.lacked == "the place of 'The ferry to island 1 sails again', which stands all the same"


def test_what_readers_have_had_does_not_lead_unless_there_is_nothing_else():
    had = article(0, image=PICTURE)
    changes = {had.url: Change(had.published, DAY, "The keeper resigned.")}
    rules = newsletter(min_stories=1)
    contents = compose("daily", DAY, rules, [had, article(1), foreign(2)], {}, changes=changes)
    assert [story.url for story in contents.stories] == [article(1).url, had.url, foreign(2).url]
    assert compose("daily", DAY, rules, [had], {}, changes=changes).lead.updated


def test_the_first_five_that_were_ranked_are_the_runners_up():
    contents = composed(
        *(article(place) for place in range(9)), article(10, url="http://post.example/x"), max_stories=2
    )
    first = runners_up(contents.left_out)
    assert [left.url for left in first] == [article(place).url for place in range(2, 2 + RUNNERS_UP)]


def test_what_the_mail_had_no_room_for_was_nearly_in():
    contents = composed(*(article(place) for place in range(3)))
    *_, (lightest, _) = ever_lighter(contents)
    assert [left.lacked for left in runners_up(lightest.left_out)] == ["room in the mail"] * 2
