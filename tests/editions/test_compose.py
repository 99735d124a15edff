from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import DAY, OWN, PICTURE, WIRE, article, foreign, newsletter, sources

from digest.articles.article import Image
from digest.editions.compose import LATE, EditorsTexts, compose
from digest.editions.selection import MORE_TITLE, WORLD_TITLE

SECTIONS = [{"title": "City", "limit": 2}, {"title": "Abroad", "match": ["World", "europe"], "limit": 3}]


HOW = {"texts", "previous_subject", "late", "relaxed"}


def composed(*articles, terms=None, **changes):
    how = {name: changes.pop(name) for name in HOW & set(changes)}
    return compose("daily", DAY, newsletter(**changes), articles, terms or {}, **how)


def urls(stories):
    return [story.url for story in stories]


def sectioned(contents):
    return {section.title: urls(section.stories) for section in contents.sections}


@st.composite
def a_days_articles(draw):
    """Articles of two outlets in some sections, several at the same instant."""
    made = []
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from([article, foreign]))
        picture = draw(st.sampled_from([None, PICTURE]))
        section = draw(st.sampled_from([None, "City", "world", "Europe", "Sport"]))
        minutes = draw(st.integers(0, 3))
        published = article(minutes).published
        made.append(kind(number, published=published, section=section, image=picture))
    return made


TERMS = st.fixed_dictionaries({}, optional={"own": st.just({"weight": 2}), "wire": st.just({"weight": 1.5})})


@given(a_days_articles(), st.data())
def test_contents_do_not_depend_on_the_order_in_which_articles_come(articles, data):
    terms = sources(**data.draw(TERMS))
    shuffled = data.draw(st.permutations(articles))
    assert composed(*articles, terms=terms, sections=SECTIONS) == composed(*shuffled, terms=terms, sections=SECTIONS)


@given(a_days_articles(), TERMS, st.integers(1, 10))
def test_no_story_is_lost_or_told_twice(articles, terms, most):
    contents = composed(*articles, terms=sources(**terms), sections=SECTIONS, min_stories=1, max_stories=most)
    found = urls(contents.stories) + [left.url for left in contents.left_out]
    assert sorted(found) == sorted(urls(articles))
    assert len(contents.stories) <= most
    assert all(section.stories for section in contents.sections)
    assert urls(contents.placed()) == urls(contents.stories)


@given(a_days_articles(), st.integers(1, 10))
def test_our_own_newsroom_leads_whenever_it_has_a_story(articles, most):
    lead = composed(*articles, terms=sources(wire={"weight": 9}), min_stories=1, max_stories=most).lead
    own = [one for one in articles if one.own]
    assert lead.own == bool(own)
    if own:
        assert bool(lead.image) == any(one.image for one in own)


def test_no_article_is_no_contents():
    assert composed() is None


def test_one_article_is_a_lead_and_nothing_else():
    contents = composed(article())
    assert (contents.lead.url, contents.second_rank, contents.sections) == (article().url, (), ())


@pytest.mark.parametrize(
    ("articles", "lead", "why"),
    [
        ((foreign(0, image=PICTURE), article(1), article(2, image=PICTURE)), 2, "the first of our own with a picture"),
        ((foreign(0, image=PICTURE), article(1), article(2)), 1, "the first of our own"),
        ((foreign(0), foreign(1, image=PICTURE)), 0, "the first of all"),
    ],
)
def test_the_lead_is_chosen_by_outlet_then_picture_then_time(articles, lead, why):
    contents = composed(*articles)
    assert contents.lead.url == articles[lead].url
    assert contents.lead.reasons[0] == f"lead: {why}"


def test_an_own_story_leads_even_where_heavier_sources_fill_the_edition():
    contents = composed(
        *(foreign(place) for place in range(5)), article(9), terms=sources(wire={"weight": 5}), max_stories=3
    )
    assert contents.lead.url == article(9).url
    assert len(contents.stories) == 3


def test_weight_comes_before_time_and_time_before_address():
    contents = composed(
        foreign(0), article(1), foreign(2), article(1, url="https://post.example/0", summary=""),
        terms=sources(own={"weight": 2}),
    )  # fmt: skip
    assert urls(contents.stories) == ["https://post.example/0", article(1).url, foreign(0).url, foreign(2).url]


CRASH = "Ferry Solveig runs aground off Westhaven"


def test_an_event_that_others_tell_too_is_one_story_of_ours():
    ours = article(9, headline=CRASH, summary="")
    others = [
        foreign(place, source=source, url=f"https://{source}.example/", headline=f"Westhaven: {CRASH}", summary="")
        for place, source in enumerate(("gazette", "courier", "gazette.two"))
    ]
    contents = composed(ours, article(1), foreign(2), *others)
    (told,) = (story for story in contents.stories if story.also_in)
    assert (told.url, told.also_in) == (ours.url, ("gazette", "courier", "gazette.two"))
    assert "also told by gazette, courier, gazette.two (+40)" in told.reasons
    why = f"{OWN} tells the same event: {CRASH}"
    assert {(left.url, left.why) for left in contents.left_out} == {(other.url, why) for other in others}


def test_what_more_outlets_tell_stands_before_what_is_newer_and_weight_before_both():
    wire = [
        foreign(5, source="Gazette", url="https://gazette.example/", headline=CRASH, summary=""),
        foreign(6, headline=f"Westhaven: {CRASH}", summary=""),
        foreign(1),
    ]
    assert [story.url for story in composed(*wire).stories] == [wire[0].url, wire[2].url]
    heavier = composed(*wire, article(8), terms=sources(own={"weight": 2}))
    assert [story.url for story in heavier.stories] == [article(8).url, wire[0].url, wire[2].url]


def test_our_own_reports_of_one_event_all_stand():
    ours = [article(1, headline=CRASH), article(2, headline=f"{CRASH}: what is known")]
    assert len(composed(*ours).stories) == 2


def test_stories_under_the_second_rank_stand_in_their_sections():
    first = [article(place) for place in range(4)]
    rest = [
        article(10, section="CITY"),
        foreign(11, section="Europe"),
        article(12, section="Sport"),
        foreign(13, section="Sport"),
        foreign(14),
    ]
    assert sectioned(composed(*first, *rest, sections=SECTIONS)) == {
        "City": [rest[0].url],
        "Abroad": [rest[1].url],
        MORE_TITLE: [rest[2].url],
        WORLD_TITLE: [rest[3].url, rest[4].url],
    }


def test_a_source_may_name_the_section_of_articles_that_have_none():
    first = [article(place) for place in range(4)]
    terms = sources(wire={"section": "City"})
    placed = sectioned(composed(*first, foreign(10), foreign(11, section="Europe"), terms=terms, sections=SECTIONS))
    assert placed == {"City": [foreign(10).url], "Abroad": [foreign(11).url]}


def test_a_full_section_leaves_stories_out_and_says_why():
    contents = composed(
        *(article(place) for place in range(4)), *(article(10 + place, section="City") for place in range(3)),
        sections=SECTIONS,
    )  # fmt: skip
    assert sectioned(contents) == {"City": [article(10).url, article(11).url]}
    (left,) = contents.left_out
    assert (left.url, left.headline, left.why) == (
        article(12).url, article(12).headline, "City is full: its limit is 2",
    )  # fmt: skip


def test_a_full_edition_leaves_the_last_out_and_says_why():
    contents = composed(*(article(place) for place in range(6)), min_stories=1, max_stories=4)
    assert len(contents.stories) == 4
    assert [(left.url, left.why) for left in contents.left_out] == [
        (article(place).url, "the edition is full: max_stories is 4") for place in (4, 5)
    ]


def test_a_sources_terms_cut_its_excerpts_and_drop_its_pictures():
    terms = sources(wire={"excerpt_chars": 45, "images": False})
    contents = composed(article(image=PICTURE), foreign(1, image=PICTURE), terms=terms)
    (wired,) = contents.second_rank
    assert (wired.summary, wired.image) == ("Farmers brought in harvest 1 early.", None)
    assert contents.lead.image == PICTURE


def test_a_source_may_allow_no_excerpt_at_all():
    (wired,) = composed(article(), foreign(1), terms=sources(wire={"excerpt_chars": 0})).second_rank
    assert wired.summary == ""


def test_every_story_says_why_it_stands_where_it_does():
    contents = composed(
        *(article(place) for place in range(5)), foreign(6, section="City"), terms=sources(wire={"weight": 0.5}),
        sections=SECTIONS,
    )  # fmt: skip
    assert contents.second_rank[0].reasons[0] == "among the first after the lead"
    assert contents.sections[0].stories[0].reasons == (
        "in City: its section is City", f"{WIRE} has weight 0.5 (+50)", "published 2026-03-14 03:54 UTC (+14)",
    )  # fmt: skip
    assert contents.sections[1].stories[0].reasons[0] == f"in {MORE_TITLE}: its section is not named"
    assert contents.lead.reasons[1] == f"{OWN} has weight 1 (+100)"


def test_subject_and_standfirst_come_from_the_stories_and_differ_from_the_day_before():
    contents = composed(article(), previous_subject=article().headline)
    assert contents.subject == f"{article().headline} (2026-03-14)"
    assert contents.standfirst == article().summary


def test_the_leads_summary_does_not_repeat_the_standfirst_above_it():
    first, second = "The ferry sails again to every island of the outer harbour.", "Nobody knows for how long it will."
    contents = composed(article(summary=f"{first} {second}"))
    assert (contents.standfirst, contents.lead.summary) == (first, second)


def test_an_editors_words_stand_before_ours():
    texts = EditorsTexts(subject="The sea, again", standfirst="What a morning.")
    contents = composed(article(), texts=texts, previous_subject="The sea, again")
    assert (contents.subject, contents.standfirst) == ("The sea, again", "What a morning.")
    assert contents.lead.summary == article().summary


def test_a_headline_that_needs_one_is_marked_to_the_end():
    contents = composed(article(needs_headline=True), article(1))
    assert [story.needs_headline for story in contents.placed()] == [True, False]


def test_the_lead_keeps_its_only_sentence_and_the_others_tell_the_standfirst():
    summary = "The ferry sails again to every island of the outer harbour."
    contents = composed(article(summary=summary), *(article(place) for place in range(1, 4)))
    assert contents.lead.summary == summary
    assert contents.standfirst == f"{article(1).headline} · {article(2).headline} · {article(3).headline}"


def test_a_standfirst_names_no_story_that_was_left_out():
    firsts = [article(place, headline=f"Tram {place}", summary="") for place in range(4)]
    city = [article(place, section="City", headline=f"News of quay {place}") for place in (10, 11, 12)]
    contents = composed(*firsts, *city, sections=SECTIONS)
    assert "News of quay 11" in contents.standfirst
    assert "News of quay 12" not in contents.standfirst


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://post.example/a", "its address is not https"),
        ("https://post.example:8443/a", "its address names a port"),
        ("https://192.0.2.7/a", "its address names its host by number"),
        ("https://bit.ly/a", "its address hides where it leads behind a shortener"),
    ],
)
def test_an_address_that_may_not_stand_in_a_mail_costs_its_own_story_its_place(address, why):
    contents = composed(article(0, url=address), article(1))
    assert contents.lead.url == article(1).url
    assert [(left.url, left.why) for left in contents.left_out] == [(address, why)]


def test_a_picture_at_such_an_address_is_dropped_and_its_story_stays():
    here = Image("http://127.0.0.1:8025/ferry.jpg", alt="A ferry")
    assert composed(article(image=here)).lead.image is None
    assert composed(article(image=here), relaxed=True).lead.image == here
    assert composed(article(image=Image("http://post.example/a.jpg")), relaxed=True).lead.image is None


def test_a_late_story_says_that_it_is_late():
    contents = composed(article(0), article(1), late={article(1).url})
    assert [LATE in story.reasons for story in contents.stories] == [False, True]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"url": "https://tracker.example/x?e=reader@address.slot.invalid"},
        {"url": "https://unsubscribe.slot.invalid/"},
        {"headline": "Write to READER@address.SLOT.invalid"},
        {"summary": "See https://preferences.slot.invalid/ for more."},
        {"byline": "reader@address.slot.invalid"},
        {"section": "https://unsubscribe.slot.invalid/"},
        {"image": Image("https://pictures.example/a.jpg", alt="reader@address.slot.invalid")},
    ],
)
def test_no_story_can_ask_for_a_readers_address_or_links(spoilt):
    contents = composed(article(1), foreign(2, **spoilt))
    assert urls(contents.stories) == ["https://post.example/001"]
    [left] = contents.left_out
    assert "slot.invalid" in left.why


def test_endless_words_cost_their_own_story_its_place_and_endless_summaries_are_cut():
    contents = composed(article(1, summary="A sentence of the day. " * 100_000), foreign(2, section="x" * 5000))
    assert len(contents.lead.summary) <= 600
    assert [left.why[:30] for left in contents.left_out] == ["its source, section, byline or"]


def test_a_sponsor_stands_in_the_editions_of_its_days_and_in_no_other():
    rule = {"name": "Rope", "text": "Rope.", "url": "https://rope.example/"}
    paid = newsletter(sponsors=[rule | {"first_day": DAY, "last_day": DAY + timedelta(days=1)}])
    named = {}
    for days in (-1, 0, 1, 2):
        contents = compose("morning", DAY + timedelta(days=days), paid, [article()], {})
        named[days] = contents.sponsor.name if contents.sponsor else None
    assert named == {-1: None, 0: "Rope", 1: "Rope", 2: None}
