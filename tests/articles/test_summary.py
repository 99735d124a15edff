import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.summary import (
    HEADLINE_CHARACTERS,
    SUMMARY_CHARACTERS,
    cut_at_word,
    excerpt,
    headline_of,
    summary_of,
)

LONG = "The council voted nine to two to rebuild the old iron bridge over the river at a cost that the treasurer, "
LONG += "who was absent, had called ruinous in a letter to the mayor last week."


def test_a_summary_is_two_sentences_when_both_are_short():
    assert summary_of("The bridge opens. Cars cross it. Boats wait.") == "The bridge opens. Cars cross it."


def test_a_summary_is_one_sentence_when_it_is_long_enough():
    assert summary_of(f"{LONG} The mayor agreed to all of it after a long night.") == LONG


def test_a_summary_takes_nothing_from_the_second_paragraph():
    assert summary_of("It rained.\n\nIt rained again.") == "It rained."


def test_an_endless_sentence_is_cut_at_a_word():
    summary = summary_of("rain and " * 100)
    assert re.fullmatch("(rain and )*rain( and)?…", summary)
    assert len(summary) <= SUMMARY_CHARACTERS


def test_a_headline_is_the_first_sentence_without_its_full_stop():
    assert headline_of("The bridge opens. Cars cross it.") == "The bridge opens"
    assert headline_of("Will it hold? Yes.") == "Will it hold?"


def test_a_long_headline_is_cut_at_a_word():
    assert headline_of(LONG) == "The council voted nine to two to rebuild the old iron bridge over the river at a cost…"


def test_no_words_make_no_headline_and_no_summary():
    assert (headline_of(""), summary_of("\n\n ")) == ("", "")


def test_a_cut_leaves_no_comma_or_dash_before_the_ellipsis():
    assert cut_at_word("One, two — three", 10) == "One, two…"


def test_text_without_spaces_is_cut_between_characters():
    assert cut_at_word("橋" * 100, 10) == "橋" * 9 + "…"


@given(st.text("ab ,.橋", max_size=200).map(lambda text: " ".join(text.split())), st.integers(2, 120))
def test_a_cut_text_is_never_over_its_limit_and_begins_as_the_whole(text, limit):
    cut = cut_at_word(text, limit)
    assert len(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_headline_is_never_over_its_limit():
    assert len(headline_of("wordy " * 60)) <= HEADLINE_CHARACTERS


@pytest.mark.parametrize(
    ("limit", "words"),
    [(100, "It rained. It snowed."), (20, "It rained."), (10, "It rained."), (9, "It…"), (1, ""), (0, "")],
)
def test_an_excerpt_is_whole_sentences_or_else_whole_words(limit, words):
    assert excerpt("It rained. It snowed.", limit) == words


@given(st.text(st.sampled_from("abc éü漢字.!?,;:…“”\u200d🙂 "), max_size=200), st.integers(0, 210))
def test_an_excerpt_is_never_longer_than_the_licence_allows(summary, limit):
    assert len(excerpt(summary, limit)) <= limit
