from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import DAY, MORNING

from digest.editions.contents import Story
from digest.editions.wording import (
    STANDFIRST_LONGEST,
    STANDFIRST_SHORTEST,
    SUBJECT_CHARACTERS,
    beyond,
    excerpt,
    standfirst_of,
    subject_of,
)

LONG = "The dockers of the eastern quay have turned down the third offer of the port, and the ferries stay moored."
WORDS = st.text(st.sampled_from("abc éü漢字.!?,;:…“”\u200d🙂 "), max_size=200)


def story(headline="Ferries stay in port", summary="", place=0):
    return Story(f"https://post.example/{place}", headline, summary, "The Post", True, "", MORNING)


def standfirst(lead, *others, subject=None):
    return standfirst_of((lead, *others), lead, lead.headline if subject is None else subject)


def test_the_subject_is_the_headline():
    assert subject_of("Ferries stay in port", None, DAY) == "Ferries stay in port"


@pytest.mark.parametrize(
    ("headline", "subject"),
    [
        ("Re: Ferries", "Ferries"),
        ("RE : fwd:Fw: Ferries", "Ferries"),
        ("Re-election is near", "Re-election is near"),
        ("Reform: what it means", "Reform: what it means"),
        ("  Ferries\n stay\tin port ", "Ferries stay in port"),
        ("Re:", "2026-03-14"),
    ],
)
def test_the_subject_is_one_line_and_pretends_no_reply(headline, subject):
    assert subject_of(headline, None, DAY) == subject


def test_a_subject_differs_from_the_previous_one():
    assert subject_of("Ferries stay in port", "Ferries stay in port", DAY) == "Ferries stay in port (2026-03-14)"


@given(WORDS, st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_subject_is_never_empty_or_endless_or_the_same_twice(headline, day):
    subject = subject_of(headline, None, day)
    assert 0 < len(subject) <= SUBJECT_CHARACTERS
    assert subject_of(headline, subject, day) != subject


def test_the_standfirst_is_the_leads_first_sentence_when_that_is_long_enough():
    assert standfirst(story(summary=f"{LONG} More is not known.")) == LONG


def test_a_short_sentence_is_joined_by_the_next():
    assert standfirst(story(summary="It rained. The wind then took the roof of the old cannery.")) == (
        "It rained. The wind then took the roof of the old cannery."
    )


def test_headlines_of_other_stories_stand_apart_from_one_another():
    others = (story("Tram opens late", place=1), story("Parliament sits all night", place=2))
    assert standfirst(story(), *others) == "Tram opens late · Parliament sits all night"


def test_a_long_sentence_is_cut_at_a_word():
    found = standfirst(story(summary="The harbour " * 40))
    assert len(found) <= STANDFIRST_LONGEST
    assert found.endswith(("harbour…", "The…"))


@pytest.mark.parametrize(
    ("headline", "summary"),
    [
        ("Rain. Snow.", "Rain. Snow."),
        (LONG, LONG),
        (LONG.removesuffix("."), LONG),
        (LONG.upper(), LONG),
        (f"{LONG[:80]}…", LONG),
    ],
)
def test_the_standfirst_does_not_say_the_subject_again(headline, summary):
    lead = story(headline, summary)
    assert standfirst(lead) not in (headline, summary)
    assert LONG not in standfirst(lead)
    other = "A tram line opens eleven months late, and under budget"
    assert standfirst(lead, story(other, place=1)).endswith(other)


def test_a_day_with_nothing_to_tell_still_has_a_standfirst():
    assert standfirst(story()) == "The Post, 2026-03-14"


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), WORDS)
def test_a_standfirst_is_never_empty_or_endless_or_the_subject(told, subject):
    stories = [story(headline, summary, place) for place, (headline, summary) in enumerate(told)]
    found = standfirst(*stories, subject=subject)
    assert found
    assert len(found) <= STANDFIRST_LONGEST
    assert found.casefold() != subject.casefold()


@given(st.lists(st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=30), min_size=4, max_size=9))
def test_a_standfirst_has_40_characters_when_four_or_more_headlines_give_them(told):
    headlines = [f"{place} {' '.join(words)}" for place, words in enumerate(told)]
    stories = [story(headline, place=place) for place, headline in enumerate(headlines)]
    if len(" · ".join(headlines[1:])) >= STANDFIRST_SHORTEST:
        assert len(standfirst(*stories)) >= STANDFIRST_SHORTEST


@pytest.mark.parametrize(
    ("limit", "words"),
    [(100, "It rained. It snowed."), (20, "It rained."), (10, "It rained."), (9, "It…"), (1, ""), (0, "")],
)
def test_an_excerpt_is_whole_sentences_or_else_whole_words(limit, words):
    assert excerpt("It rained. It snowed.", limit) == words


@given(WORDS, st.integers(0, 210))
def test_an_excerpt_is_never_longer_than_the_licence_allows(summary, limit):
    assert len(excerpt(summary, limit)) <= limit


def test_what_the_standfirst_says_in_full_is_not_said_again():
    assert beyond(LONG, f"{LONG} More is not known.") == "More is not known."
    assert beyond("The dockers of the…", LONG) == LONG
