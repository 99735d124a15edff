import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.sentences import run_on, sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Lance Cpl. Maria Stone and Gen. J. R. Olsen met Sen. Ann Field.",
        "The U.S. Navy and the U.K. Border Force turned back, a U.S. official said.",
        "Mr. and Mrs. Wong of St. Louis, Mo., paid $3.5 million to Hart Inc. of Ohio.",
        "The vote is on Jan. 5 at 9 a.m. Eastern time.",
        "“We will rebuild. We always have,” Mayor Ortiz said on Monday.",
        "“Where is the money?” Ortiz asked the council.",
        '"Stop! Now!" Ortiz said.',
        "The ferry (it was late. Very late.) reached Oban.",
        "SPOKANE, Wash. (AP) — The river rose.",
        "Am 3. Mai tagt der Rat, sagte Dr. Huber, z.B. Über Brücken.",
        "« Nous partons. Demain », a dit M. Petit.",
        "The bank lost 4.2 percent…",
        "„Wir bleiben. Alle“, sagte Huber.",
    ],
)
def test_abbreviations_initials_brackets_and_quotations_end_no_sentence(sentence):
    follow = "Then the rain came."
    assert list(sentences(f"{sentence} {follow}")) == [sentence, follow]


@pytest.mark.parametrize(
    "parts",
    [
        ["Troops left the U.S.", "The base is empty."],
        ["He works for Hart Inc.", "The firm is old."],
        ["“We lost.”", "The crowd went home."],
        ["Is it over?", "No one knows."],
        ["She is 26.", "He is 30."],
        ["¿Quién gana?", "¡Nadie!", "Así es."],
        ["It opened in 2019.", "“A miracle,” he said."],
    ],
)
def test_sentences_end_where_a_reader_would_say_so(parts):
    assert list(sentences(" ".join(parts))) == parts


def test_a_language_without_spaces_has_sentences_too():
    assert list(sentences("首相は会見した。「橋は開く。必ず」と述べた。雨が降った。")) == [
        "首相は会見した。",
        "「橋は開く。必ず」と述べた。",
        "雨が降った。",
    ]


def test_a_quotation_that_goes_on_in_the_next_paragraph_hides_no_sentence_end():
    assert list(sentences("“We lost the bridge. We lost the road.")) == ["“We lost the bridge.", "We lost the road."]


@given(st.text('aB .!?“”"().U。\n', max_size=80))
def test_sentences_lose_no_character_but_white_space(paragraph):
    assert "".join("".join(sentences(paragraph)).split()) == "".join(paragraph.split())


def test_sentences_run_on_as_their_script_has_it():
    assert run_on("", "One.") == "One."
    assert run_on("One.", "Two.") == "One. Two."
    assert run_on("首相は会見した。", "雨が降った。") == "首相は会見した。雨が降った。"
    assert run_on("「橋は開く。」", "雨が降った。") == "「橋は開く。」雨が降った。"


def test_a_text_without_end_is_read_once_and_not_again_for_every_sentence():
    assert sum(1 for _ in sentences("It rains. " * 100_000)) == 100_000


def test_a_quotation_that_is_never_closed_ends_before_it_swallows_the_story():
    told = list(sentences("“It rains. " + "It rains on and on. " * 1_000 + "”"))
    assert len(told) > 10
    assert " ".join(told).split() == ("“It rains. " + "It rains on and on. " * 1_000 + "”").split()
