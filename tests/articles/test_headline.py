# Typographic marks are what this is about.
# ruff: noqa: RUF001

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.headline import clean_headline, quietened

NAMES = ("The Harbour Post", "Harbour Post - World")


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("Rain at last", "Rain at last"),
        ("  Rain\n at   last ", "Rain at last"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("Mayor&#8217;s &amp;#8220;no&amp;#8221;", "Mayor’s “no”"),
        ("AT&T and R&D rise", "AT&T and R&D rise"),
        ("<b>Rain</b> at <i>last</i>", "Rain at last"),
        ("&lt;em&gt;Rain&lt;/em&gt; at last", "Rain at last"),
        ("How to use the <video> tag", "How to use the <video> tag"),
        ("Is 3 < 4 and 5 > 4?", "Is 3 < 4 and 5 > 4?"),
        ("Rain floods the old harbour - The Harbour Post", "Rain floods the old harbour"),
        ("Rain floods the old harbour | Harbour Post", "Rain floods the old harbour"),
        ("Rain floods the old harbour – Weather – HarbourPost.com", "Rain floods the old harbour – Weather"),
        ("Harbour Post | Rain floods the old harbour", "Rain floods the old harbour"),
        ("Rain - The Harbour Post", "Rain - The Harbour Post"),
        ("Rain floods the old harbour - live", "Rain floods the old harbour - live"),
        ("Harbour Post wins a prize", "Harbour Post wins a prize"),
        ("• Rain at last!!!", "Rain at last!"),
        ("Rain at last?!?!", "Rain at last?!"),
        ("RAIN FLOODS THE OLD HARBOUR", "Rain Floods the Old Harbour"),
        ("NATO and the EU meet", "NATO and the EU meet"),
        ("LIVE: Rain at last", "LIVE: Rain at last"),
        ("NASA", "NASA"),
        ("雨が降る 港の町に ついに雨", "雨が降る 港の町に ついに雨"),
        ("", ""),
    ],
)
def test_a_headline_is_its_own_words_alone(written, clean):
    assert clean_headline(written, NAMES) == clean


def test_a_shouted_headline_is_written_as_its_story_writes_its_words():
    told = "Five people died in Lisbon on Friday, NATO said. Storms had hit the old town, and people fled."
    assert clean_headline("FIVE PEOPLE DEAD AS STORMS HIT LISBON, NATO SAYS", (), told) == (
        "Five people Dead as Storms hit Lisbon, NATO Says"
    )


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_quiet_headline_says_the_same_words(line, told):
    assert quietened(line, told).casefold().split() == line.casefold().split() or not line.isascii()


@given(st.text(st.sampled_from("aB &;<>/|-–#x8217amp.!?\n"), max_size=60))
def test_cleaning_a_headline_gives_one_line(written):
    clean = clean_headline(written, NAMES)
    assert clean == " ".join(clean.split())
