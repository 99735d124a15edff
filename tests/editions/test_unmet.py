"""Which decisions of an editor an edition does not carry out, and what is said of each."""

import pytest
from sample_articles import MORNING, article

from digest.editions.contents import FRONT_PLACE, LEAD_PLACE, LeftOut, PlacedStory
from digest.editions.hand import FRONT, LEAD, Act, Hand, Override
from digest.editions.unmet import NOT_OUT, unmet


def placed(*sections):
    return [
        PlacedStory(section, "A headline", article(number).url, "Quay", needs_headline=False, reasons=())
        for number, section in enumerate(sections)
    ]


def hand(act, number, place=None):
    return Hand.of([Override(act, article(number).url, place, "kim", MORNING)])


@pytest.mark.parametrize(
    "decided",
    [
        hand(Act.PIN, 4), hand(Act.DROP, 9), hand(Act.MOVE, 0, LEAD), hand(Act.MOVE, 2, FRONT),
        hand(Act.MOVE, 4, "City"),
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_is_carried_out(decided):
    assert unmet(decided, placed(LEAD_PLACE, *[FRONT_PLACE] * 3, "City"), (), None) == {}


@pytest.mark.parametrize(
    ("decided", "sections", "brevity", "why"),
    [
        (hand(Act.PIN, 8), ["lead"], None, "held back until noon"),
        (hand(Act.PIN, 9), ["lead"], None, NOT_OUT),
        (hand(Act.MOVE, 1, LEAD), ["lead", FRONT_PLACE], None, "what was moved there later leads"),
        (hand(Act.MOVE, 4, FRONT), ["lead", *[FRONT_PLACE] * 3, "City"], None, "the front has room for 3"),
        (hand(Act.MOVE, 1, FRONT), ["lead", ""], "a note: 2 stories", "it is no full edition, but a note"),
        (hand(Act.MOVE, 1, "City"), ["lead", ""], "a note: 2 stories", "it is no full edition, but a note"),
        (hand(Act.MOVE, 1, "City"), ["lead", "World"], None, "there is no such section any more"),
    ],
)
def test_what_is_not_carried_out_has_its_reason(decided, sections, brevity, why):
    left_out = [LeftOut(article(8).url, "A secret", "held back until noon")]
    (told,) = unmet(decided, placed(*sections), left_out, brevity).values()
    assert told.startswith(why)
