from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import DAY, MORNING, article, foreign, newsletter

from digest.articles.store import store_articles
from digest.editions.compose import WITHDRAWN, compose
from digest.editions.hand import FRONT, LEAD, Act, Hand, Override
from digest.editions.hand_store import editors_hand, record_override
from digest.editions.selection import MORE_TITLE

SECTIONS = [{"title": "City", "limit": 2}]
CRASH = "Ferry Solveig runs aground off Westhaven"
BY = "by kim, 2026-03-14 04:00 UTC"


def decided(act, url, place=None, minutes=0):
    return Override(act, url, place, "kim", MORNING + timedelta(minutes=minutes))


def composed(*articles, hand=(), **changes):
    rules = newsletter(**{"min_stories": 1, "sections": SECTIONS, **changes})
    return compose("daily", DAY, rules, articles, {}, hand=Hand.of(hand))


def urls(stories):
    return [story.url for story in stories]


def in_sections(contents):
    return {section.title: urls(section.stories) for section in contents.sections}


def test_a_pinned_story_stands_though_the_edition_is_full_and_says_by_whom():
    everything = [article(place) for place in range(6)]
    contents = composed(*everything, hand=[decided(Act.PIN, article(5).url)], max_stories=3)
    assert urls(contents.stories) == [article(place).url for place in (0, 1, 5)]
    assert contents.stories[2].reasons[:2] == ("among the first after the lead", f"pinned {BY}")
    assert contents.left_out[0].why == "the edition is full: max_stories is 3"


def test_a_pinned_story_stands_though_its_outlet_and_its_section_have_enough():
    front = [article(place) for place in range(4)]
    city = [foreign(place, section="City") for place in range(10, 14)]
    contents = composed(*front, *city, hand=[decided(Act.PIN, city[3].url)], ranking={"per_outlet": 1})
    assert in_sections(contents) == {"City": [city[0].url, city[3].url]}


def test_a_dropped_story_is_left_out_and_says_by_whom():
    contents = composed(article(0), article(1), hand=[decided(Act.DROP, article(0).url)])
    assert urls(contents.stories) == [article(1).url]
    assert [(left.url, left.why) for left in contents.left_out] == [(article(0).url, f"dropped {BY}")]


def test_the_story_that_was_last_moved_to_the_lead_leads_and_the_other_stays_in():
    moved = [decided(Act.MOVE, article(place).url, LEAD) for place in (4, 5)]
    contents = composed(*(article(place) for place in range(7)), hand=moved, max_stories=3)
    assert contents.lead.url == article(5).url
    assert contents.lead.reasons[0] == f"moved to lead {BY}"
    assert article(4).url in urls(contents.stories)


def test_what_is_moved_stands_first_in_its_place_in_the_order_of_the_decisions():
    stories = [article(place, section="City" if place > 6 else None) for place in range(10)]
    hand = [
        decided(Act.MOVE, stories[5].url, FRONT), decided(Act.MOVE, stories[9].url, "City"),
        decided(Act.MOVE, stories[6].url, "City"), decided(Act.MOVE, stories[4].url, FRONT),
    ]  # fmt: skip
    contents = composed(*stories, hand=hand)
    assert urls(contents.second_rank) == [stories[place].url for place in (5, 4, 1)]
    assert in_sections(contents) == {
        "City": [stories[9].url, stories[6].url],
        MORE_TITLE: [stories[2].url, stories[3].url],
    }


@pytest.mark.parametrize("place", ["A section that was renamed", FRONT])
def test_what_can_not_stand_where_it_was_moved_finds_another_place(place):
    hand = [decided(Act.MOVE, article(number).url, FRONT) for number in (1, 2, 3)]
    contents = composed(
        *(article(number) for number in range(6)), hand=[*hand, decided(Act.MOVE, article(5).url, place)]
    )
    assert in_sections(contents) == {MORE_TITLE: [article(4).url, article(5).url]}


def test_the_newest_decision_about_a_story_counts_and_can_be_undone():
    assert Hand.of([decided(Act.DROP, "a"), decided(Act.PIN, "a")]).kept == ("a",)
    assert Hand.of([decided(Act.PIN, "a"), decided(Act.UNDO, "a")]).overrides == {}


def test_a_pinned_report_of_an_event_stands_beside_ours():
    ours, wire = article(0, headline=CRASH), foreign(1, headline=f"Westhaven: {CRASH}")
    assert len(composed(ours, wire).stories) == 1
    contents = composed(ours, wire, hand=[decided(Act.PIN, wire.url)])
    assert {story.url for story in contents.stories} == {ours.url, wire.url}


def test_no_decision_brings_back_what_was_withdrawn():
    contents = composed(article(0), article(1, withdrawn=True), hand=[decided(Act.MOVE, article(1).url, LEAD)])
    assert [(left.url, left.why) for left in contents.left_out] == [(article(1).url, WITHDRAWN)]


DECISIONS = st.lists(
    st.builds(
        decided, st.sampled_from(Act), st.integers(0, 9).map(lambda place: article(place).url),
        st.sampled_from([None, LEAD, FRONT, "City", "Nowhere"]),
    ),
    max_size=12,
)  # fmt: skip


@given(DECISIONS, st.permutations([article(place, section="City") for place in range(10)]), st.integers(1, 12))
def test_whatever_is_decided_no_story_is_lost_or_told_twice_and_what_is_kept_stands(decisions, articles, most):
    contents = composed(*articles, hand=decisions, max_stories=most)
    hand = Hand.of(decisions)
    if contents is None:
        assert all(hand.drops(url) for url in urls(articles))
        return
    told, left = urls(contents.stories), urls(contents.left_out)
    assert sorted(told + left) == sorted(urls(articles))
    assert set(hand.kept) <= set(told)
    assert len(contents.second_rank) <= 3
    assert len(told) <= max(most, len(hand.kept) + 1)
    assert contents == composed(*sorted(articles, key=lambda one: one.url), hand=decisions, max_stories=most)


def test_decisions_are_kept_by_edition_with_who_and_when(database):
    pinned, dropped = decided(Act.PIN, "https://post.example/a"), decided(Act.DROP, "https://post.example/b", minutes=1)
    with database.writing() as session:
        for override in (decided(Act.DROP, pinned.url), dropped, pinned):
            record_override(session, "daily", DAY, override)
        record_override(session, "daily", DAY + timedelta(days=1), decided(Act.DROP, "https://post.example/c"))
        record_override(session, "weekly", DAY, decided(Act.DROP, "https://post.example/d"))
    with database.reading() as session:
        assert list(editors_hand(session, "daily", DAY).overrides.values()) == [dropped, pinned]


def test_a_decision_holds_when_its_story_moves_to_https(database):
    plain = replace(article(0), url="http://post.example/storm")
    with database.writing() as session:
        store_articles(session, [plain], MORNING)
        record_override(session, "daily", DAY, decided(Act.DROP, plain.url))
        store_articles(session, [replace(plain, url="https://post.example/storm")], MORNING)
    with database.reading() as session:
        assert editors_hand(session, "daily", DAY).drops("https://post.example/storm")
