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
    objection_to_correction,
    objection_to_note,
    objection_to_standfirst,
    objection_to_subject,
    repeats,
    standfirst_of,
    subject_of,
)

LONG = "The dockers of the eastern quay have turned down the third offer of the port, and the ferries stay moored."
OTHER = "A tram line opens eleven months late, and under budget"
CLAUSE = "The ferries of the outer islands sailed once more today"
WORDS = st.text(st.sampled_from("abc éü漢字.!?,;:…“”\u200d🙂 "), max_size=200)


def story(headline="Ferries stay in port", summary="", place=0):
    return Story(f"https://post.example/{place}", headline, summary, "The Post", True, "", MORNING)


def standfirst(lead, *others, subject=None):
    return standfirst_of(lead, others, lead.headline if subject is None else subject)


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


def test_the_standfirst_is_the_leads_first_sentence_when_more_is_left_for_its_summary():
    assert standfirst(story(summary=f"{LONG} More is not known."), story(OTHER, place=1)) == LONG


def test_a_short_first_sentence_is_joined_by_the_next():
    told = "It rained. The wind then took the roof of the old cannery."
    assert standfirst(story(summary=f"{told} Nobody was hurt."), story(OTHER, place=1)) == told


@pytest.mark.parametrize("summary", [LONG, "", "The harbour " * 40, f"{'The harbour ' * 40}. It rained."])
def test_a_lead_with_no_sentence_to_spare_leaves_the_standfirst_to_the_other_headlines(summary):
    others = (story("Tram opens late", place=1), story("Parliament sits all night", place=2))
    assert standfirst(story(summary=summary), *others) == "Tram opens late · Parliament sits all night"


def test_as_many_headlines_as_fit_are_said_whole_and_none_is_cut():
    others = [story(f"{number} {'x' * 48}", place=number) for number in range(1, 5)]
    found = standfirst(story(), *others, story("Short", place=9))
    assert found == f"1 {'x' * 48} · 2 {'x' * 48} · Short"


def test_a_long_headline_stands_alone_where_the_ones_before_it_are_too_short():
    long = "x" * 128
    assert standfirst(story(), story("Short", place=1), story(long, place=2)) == long


def test_headlines_too_short_for_a_standfirst_leave_it_to_the_lead():
    assert standfirst(story(summary=LONG), story("Tram late", place=1)) == LONG


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (f"{CLAUSE}, and {'port ' * 40}they went", CLAUSE),
        (f"{CLAUSE}, two boats; {'port ' * 40}they went", f"{CLAUSE}, two boats"),
        (f"{CLAUSE} — {'port ' * 40}they went", CLAUSE),
        (f"{CLAUSE} (some, {'port ' * 40}they went) home, it is said", "port…"),
        (f"{CLAUSE} 1,000 {'port ' * 40}they went", "port…"),
        (f"Today, {'port ' * 60}they went", "port…"),
    ],
)
def test_a_lone_storys_long_sentence_is_cut_after_a_clause_or_else_at_a_word(sentence, told):
    found = standfirst(story(summary=f"{sentence}. It rained."))
    if told.endswith("…"):
        assert STANDFIRST_LONGEST - 5 <= len(found) <= STANDFIRST_LONGEST
        assert found.endswith(" port…")
    else:
        assert found == told


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
    assert standfirst(lead, story(OTHER, place=1)) == OTHER


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


def test_what_the_standfirst_says_in_full_is_not_said_again():
    assert beyond(LONG, f"{LONG} More is not known.") == "More is not known."
    assert beyond("The dockers of the…", LONG) == LONG


def test_a_standfirst_that_says_the_whole_summary_leaves_it_whole():
    assert beyond(LONG, LONG) == LONG
    assert beyond("The boats are in", f"{LONG} The boats are in") == f"{LONG} The boats are in"


@pytest.mark.parametrize("subject", ["Re: the ferries", "FWD : the ferries", "fw:x", "", "x" * 121])
def test_a_subject_like_a_reply_or_of_no_length_or_too_long_meets_an_objection(subject):
    assert objection_to_subject(subject)


@pytest.mark.parametrize("subject", ["x", "Re-election is near", "x" * 120])
def test_any_other_subject_meets_none(subject):
    assert objection_to_subject(subject) is None


@pytest.mark.parametrize(("length", "fits"), [(39, False), (40, True), (130, True), (131, False)])
def test_an_editors_standfirst_has_40_to_130_characters(length, fits):
    assert (objection_to_standfirst("x" * length) is None) == fits


def test_no_words_of_an_editor_name_what_stands_for_a_readers_own_address_and_links():
    slot = "reader@Address.slot.invalid, this is today's news for you alone"
    assert "slot.invalid" in (objection_to_subject(slot) or "")
    assert "slot.invalid" in (objection_to_standfirst(slot) or "")


def test_words_repeat_a_subject_whatever_their_case_and_stop():
    assert repeats("FERRIES stay in port.", "Ferries stay in port")
    assert not repeats("Ferries stay", "Ferries stay in port")


def test_a_cut_standfirst_does_not_end_on_words_that_lead_nowhere():
    sentence = f"{'Ferries sail to islands ' * 4}after repairs to both quays and a bridge that nobody asked for at all"
    assert standfirst(story(summary=sentence)).endswith("after repairs to both quays…")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("See http://10.0.0.1/x for more.", "its address is not https: http://10.0.0.1/x"),
        (
            "It is all there (https://bit.ly/x).",
            "its address hides where it leads behind a shortener: https://bit.ly/x",
        ),
        ("Take ftp://post.example/a!", "its address is not https: ftp://post.example/a"),
        ("It is all there (https://post.example/x).", None),
    ],
)
def test_no_note_or_correction_sends_readers_where_no_link_may_m23(words, why):
    assert objection_to_note(words) == objection_to_correction(words) == why


def test_a_standfirst_is_not_the_leads_headline_where_the_subject_is_an_editors_m19():
    headline = "The strike at the harbour ends after nine days"
    lead = story(headline, f"{headline}. Ferries sail again tomorrow, says the harbour master of Westhaven.")
    assert not standfirst(lead, subject="An editor's own subject").startswith(headline)
