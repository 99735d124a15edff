"""What every look of ours keeps, whatever it leaves out of a story; the front page's own laws are in test_render."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import etree
from reading import Reader, for_the_rest, for_word
from samples import ARABIC_PUBLICATION, JAPANESE_PUBLICATION, PUBLICATION, arabic_edition, edition, japanese_edition

from digest.editions.contents import Sponsor
from digest.rendering.rehearsal import EVERYTHING, FURNISHED
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.settings.theme import ThemeSettings

LOOKS = ("daily-headlines", "headlines", "letter")
SPONSOR = Sponsor("Rope & Sail", "Rope that <b>does not</b> stretch.", "https://rope.example/visit?a=1&b=2")
FULL = edition(
    12, note="The trams are back.\nNo edition on Monday.", corrections=("It was -- 14 hectares.",), sponsor=SPONSOR
)


@pytest.fixture(scope="module", params=LOOKS)
def our_look(request):
    return load_template(templates_folder() / "editions" / request.param)


def test_each_look_tells_every_story_in_both_parts_with_the_same_links_in_the_same_order_h11(our_look):
    artifact = render_edition(FULL, PUBLICATION, our_look)
    page, words = Reader(artifact.html).text, " ".join(artifact.text.split())
    for part in (page, words):
        places = [part.index(told.headline) for told in FULL.stories]
        assert places == sorted(places)
    links = re.findall(r"^\[(\d+)\] (\S+)$", artifact.text, re.MULTILINE)
    assert links == [(str(place), told.url) for place, told in enumerate(FULL.stories, start=1)]
    assert all(f"{told.headline} [{place}]" in words for place, told in enumerate(FULL.stories, start=1))


def test_each_look_has_headings_without_a_skip_and_balanced_tables_m09_m12(our_look):
    html = render_edition(FULL, PUBLICATION, our_look).html
    headings = etree.fromstring(html, etree.HTMLParser()).xpath("//h1|//h2|//h3|//h4")
    levels = [int(heading.tag[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    linked = [heading.find("a").get("href") for heading in headings if heading.find("a") is not None]
    assert linked == [told.url for told in FULL.stories]
    for reading in (for_word, for_the_rest):
        assert (Reader(reading(html)).imbalance, Reader(reading(html)).open) == ([], [])


def test_note_corrections_and_sponsor_stand_in_both_parts_and_only_when_there_are_any(our_look):
    artifact = render_edition(FULL, PUBLICATION, our_look)
    for part in (Reader(artifact.html).text, " ".join(artifact.text.split())):
        assert "The trams are back. No edition on Monday." in part.replace("- ", "")
        assert part.index("Corrections") < part.index("It was -- 14 hectares.")
        assert part.index("Sponsored by Rope & Sail") < part.index("Rope that <b>does not</b> stretch.")
    assert (SPONSOR.url in artifact.text.splitlines(), "rope.example/visit?a=1&amp;b=2" in artifact.html) == (
        True,
        True,
    )
    plain = render_edition(edition(12), PUBLICATION, our_look)
    for part in (plain.html, plain.text):
        assert not any(word in part for word in ("Corrections", "Sponsored", "From the editor"))


@pytest.mark.parametrize(
    ("contents", "publication"),
    [(arabic_edition(), ARABIC_PUBLICATION), (japanese_edition(), JAPANESE_PUBLICATION)],
    ids=["Arabic", "Japanese"],
)
def test_each_look_is_read_from_the_side_its_language_is(our_look, contents, publication):
    artifact = render_edition(contents, publication, our_look)
    assert artifact.html.count('dir="rtl"') >= (2 if publication.language == "ar" else 0)
    assert contents.lead.headline in Reader(artifact.html).text
    assert ("letter-spacing" in artifact.html) == (publication.language != "ar")


def test_headlines_have_no_picture_no_summary_and_the_hour_in_the_newsletters_zone():
    look = load_template(templates_folder() / "editions" / "headlines")
    artifact = render_edition(FULL, replace(PUBLICATION, timezone="Asia/Kolkata"), look)
    assert not Reader(artifact.html).all("img")
    for part in (Reader(artifact.html).text, " ".join(artifact.text.split())):
        assert FULL.lead.summary not in part
        assert "The Harbour Post · 09:30" in part


def test_a_letter_begins_with_what_the_editor_wrote_and_ends_with_the_newsrooms_name():
    page = Reader(render_edition(FULL, PUBLICATION, load_template(templates_folder() / "editions" / "letter")).html)
    told = page.text
    assert told.index("No edition on Monday.") < told.index(FULL.lead.headline)
    assert told.index(FULL.stories[-1].headline) < told.index("— The Harbour Post")
    assert not page.all("img")


def test_a_theme_changes_every_colour_and_font_and_nothing_else(our_look):
    theme = ThemeSettings(
        **dict.fromkeys(("ink", "grey", "accent", "rule"), "#123456"),
        headline_font="Futura, sans-serif",
        text_font="Lucida, serif",
    )
    html = render_edition(FULL, replace(PUBLICATION, theme=theme), our_look).html
    plain = render_edition(FULL, PUBLICATION, our_look).html
    for gone in ("#1a1a1a", "#5f5b53", "#8a1c1c", "#d9d5cd", "Times New Roman", "Segoe"):
        assert gone in plain or gone == "#8a1c1c"
        assert gone not in html
    assert "p,td,a,span{font-family:Georgia,serif}h1,h2,h3,h2 a,h3 a{font-family:Arial,sans-serif}" in html
    assert Reader(html).text == Reader(plain).text


@pytest.mark.parametrize(("look", "said"), [("band", "background-color:#8a1c1c"), ("label", "color:#8a1c1c")])
def test_sections_are_headed_as_the_theme_has_it(look, said):
    shown = render_edition(
        FULL,
        replace(PUBLICATION, theme=ThemeSettings(section_look=look)),
        load_template(templates_folder() / "editions" / "headlines"),
    ).html
    assert re.search(rf"{said}[^>]*>(?:<h2[^>]*>)?World", shown)


def test_a_logo_has_the_size_the_theme_gives_it(our_look):
    theme = ThemeSettings(logo_width=120, logo_height=60)
    html = render_edition(EVERYTHING, replace(FURNISHED, theme=theme), our_look).html
    assert re.search(r'<img src="https://www.example.org/logo.png"[^>]* width="120" height="60"', html)
