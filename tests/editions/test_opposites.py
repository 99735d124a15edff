"""Headlines that contradict one another are told from those that agree."""

import pytest

from digest.editions.opposites import Claims, contradiction


def contradict(one: str, other: str) -> bool:
    there = contradiction(Claims.of(one), Claims.of(other))
    back = contradiction(Claims.of(other), Claims.of(one))
    assert (there is None) == (back is None), "a contradiction is mutual"
    return there is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shares rise as oil falls", "Shares fall as oil rises"),
        ("Asian stocks lower after Kestrel report", "Asian stocks higher after Kestrel report"),
        ("Harbour bill passes", "Senate harbour bill fails"),
        ("Minister resigns over ferry contract", "Minister will not resign over ferry contract"),
        ("Union accepts the harbour offer", "Union refuses the harbour offer"),
        ("Jury finds Quist guilty", "Jury finds Quist not guilty"),
        ("Court upholds ban on trawling", "Court overturns ban on trawling"),
        ("Bank raises rates", "Bank doesn\u2019t raise rates"),
    ],
)
def test_opposites_contradict(one: str, other: str) -> None:
    assert contradict(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shares rise as oil falls", "Oil falls, and shares rise"),
        ("Stocks slide after news from Asia", "Stocks lower on news from Asia"),
        ("Ferry runs aground, nobody hurt", "Ferry aground, but no one was hurt"),
        ("Minister will not resign", "Minister: I won't resign"),
        ("Rents rise in Westhaven", "Wages fall in Easton"),
        ("Sales of Brightwater slip", "Burn: Brightwater did not heat up"),
        ("", ""),
    ],
)
def test_what_agrees_or_has_nothing_in_common_does_not(one: str, other: str) -> None:
    assert not contradict(one, other)


def test_a_contradiction_is_told_in_words() -> None:
    said = contradiction(Claims.of("Oil rises"), Claims.of("Oil falls"))
    assert said == "oil: rise here, fall there"
