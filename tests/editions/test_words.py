"""Words of two outlets are brought into one form."""

import pytest

from digest.editions.words import stem, words_of


def test_accents_possessives_and_commas_in_figures_go() -> None:
    assert list(words_of("Zoé\u2019s 62,500 seats: the U.S. isn't sold")) == [
        "Zoe",
        "62500",
        "seats",
        "the",
        "US",
        "isn't",
        "sold",
    ]


def test_a_script_without_blanks_is_read_two_characters_at_a_time() -> None:
    assert list(words_of("関東に")) == ["関東", "東に"]


@pytest.mark.parametrize(
    "forms",
    [
        ("lift", "lifts", "lifted", "lifting"),
        ("policy", "policies"),
        ("woke", "wokeness"),
        ("vaccinated", "vaccination"),
        ("cut", "cuts", "cutting"),
        ("announce", "announces", "announced", "announcement"),
    ],
)
def test_the_forms_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_the_country_is_not_the_pronoun() -> None:
    assert stem("US") != stem("us")
