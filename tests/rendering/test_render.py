import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from reading import Reader, for_the_rest, for_word
from samples import (
    ARABIC_PUBLICATION,
    JAPANESE_PUBLICATION,
    PUBLICATION,
    TELLINGS,
    arabic_edition,
    edition,
    japanese_edition,
    picture,
    story,
)

from digest.rendering import slots
from digest.rendering.inlining import inline_css
from digest.rendering.lines import WIDEST, columns, opening
from digest.rendering.render import render_edition
from digest.rendering.style_rules import classes_of
from digest.rendering.template import styles_of
from digest.settings.theme import DEFAULT_THEME

SIZES = [1, 2, 4, 5, 12, 40]
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'and' {{ subject }} 100% 😀 </td>"


def render(look, contents=None, publication=PUBLICATION):
    return render_edition(contents or edition(12), publication, look)


def hrefs(html):
    return [attributes["href"] for _, attributes in Reader(html).all("a")]


@pytest.mark.parametrize("count", SIZES)
def test_both_parts_carry_every_headline_summary_and_link_in_reading_order_h11(look, count):
    contents = edition(count)
    artifact = render(look, contents)
    page = Reader(artifact.html)
    words = " ".join(artifact.text.split())
    for part in (page.text, words):
        places = [part.index(told.headline) for told in contents.stories]
        assert places == sorted(places)
        first = (contents.lead, *contents.second_rank)
        assert all(told.summary in part for told in contents.stories if told.own or told in first)
        assert all(opening(told.summary) in part for told in contents.stories)
        assert all(told.own or told.source in part for told in contents.stories)
    links = [url for url in dict.fromkeys(hrefs(artifact.html)) if "/story-" in url]
    assert links == [told.url for told in contents.stories]
    told = [line for line in artifact.text.splitlines() if "/story-" in line]
    assert told == [f"[{number}] {url}" for number, url in enumerate(links, start=1)]
    assert re.findall(r" \[(\d+)\](?: |$)", words.replace("\n", " ")) or count == 0


@pytest.mark.parametrize("count", SIZES)
def test_headings_are_one_name_and_then_a_linked_story_each_without_a_skip_m12(look, count):
    contents = edition(count)
    tree = etree.fromstring(render(look, contents).html, etree.HTMLParser())
    headings = tree.xpath("//h1|//h2|//h3|//h4|//h5|//h6")
    levels = [int(heading.tag[1]) for heading in headings]
    assert [heading.text for heading in headings if heading.tag == "h1"] == [PUBLICATION.name]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    linked = [heading.find("a").get("href") for heading in headings if heading.find("a") is not None]
    assert linked == [told.url for told in contents.stories]


def test_a_story_of_another_outlet_in_a_section_is_told_in_one_sentence_in_both_parts(look):
    foreign = tuple(story(place, own=False, summary="It rains. It pours.") for place in range(6))
    artifact = render(look, edition(6, foreign))
    assert Reader(artifact.html).text.count("It pours.") == 4
    assert artifact.text.count("It pours.") == 4
    assert artifact.text.count("It rains.") == 6


def test_other_outlets_of_an_event_are_named_in_both_parts_the_first_four(look):
    outlets = ("Ledger", "Courier <b>", "Herald", "Wire", "Star", "Echo")
    artifact = render(look, edition(6, tuple(story(place, also_in=outlets) for place in range(6))))
    for part in (" ".join(Reader(artifact.html).text.split()), " ".join(artifact.text.split())):
        assert part.count("Also in: Ledger, Courier <b>, Herald, Wire and 2 more") == 6


def test_the_inliner_is_called_once_per_edition_t13(look):
    pages = []

    def counted(html):
        pages.append(html)
        return inline_css(html)

    artifact = render_edition(edition(40), PUBLICATION, look, inline=counted)
    assert len(pages) == 1
    assert artifact == render(look, edition(40))


def test_the_same_edition_gives_the_same_bytes_m28(look):
    first, second = render(look), render(look)
    assert first.sha256 == second.sha256
    assert first == second


@pytest.mark.parametrize("sentinel", slots.SENTINELS)
def test_every_sentinel_stands_in_both_parts_exactly(look, sentinel):
    artifact = render(look)
    assert artifact.html.count(sentinel) == 1
    assert artifact.text.count(sentinel) == 1
    assert sentinel not in artifact.subject


def test_the_footer_says_who_where_why_and_how_to_leave_in_both_parts_m22(look):
    artifact = render(look)
    for part in (Reader(artifact.html).text, " ".join(artifact.text.split())):
        assert PUBLICATION.postal_address in part
        assert f"You get this mail at {slots.ADDRESS} because you signed up for Daily Headlines" in part
        assert "Unsubscribe" in part
        assert "Preferences" in part
        assert "View in browser" in part
        assert "Forwarded this mail?" in part
        assert PUBLICATION.contact in part
    web_version = PUBLICATION.web_version_url("2026-11-22")
    for url in (web_version, slots.UNSUBSCRIBE_URL, slots.PREFERENCES_URL, PUBLICATION.privacy_url):
        assert url in hrefs(artifact.html)
        assert url in artifact.text.splitlines()


def test_privacy_is_left_out_where_there_is_no_page(look):
    artifact = render(look, publication=replace(PUBLICATION, privacy_url=None))
    assert "Privacy" not in artifact.html + artifact.text


def test_a_postal_address_keeps_its_lines(look):
    artifact = render(look, publication=replace(PUBLICATION, postal_address="The Pier\n14 Quay\nLisbon"))
    assert re.search(r"The Pier<br>\s*14 Quay<br>\s*Lisbon<br>", artifact.html)
    assert "The Pier\n14 Quay\nLisbon\n" in artifact.text


def test_the_standfirst_is_the_first_thing_an_inbox_shows_and_is_not_hidden_m19(look):
    artifact = render(look)
    page = Reader(artifact.html)
    assert next(words for path, words in page.texts if "body" in path.split()) == edition(12).standfirst
    assert "display:none" not in artifact.html
    assert "visibility" not in artifact.html


def test_hostile_words_stay_words_in_the_html_and_are_plain_in_the_text(look):
    contents = edition(4, tuple(story(place, headline=HOSTILE, summary=HOSTILE, byline=HOSTILE) for place in range(4)))
    artifact = render(look, contents)
    page = Reader(artifact.html)
    assert not page.all("script")
    assert not page.imbalance
    assert page.text.count(HOSTILE) == 9
    assert " ".join(artifact.text.split()).count(HOSTILE) == 9
    assert "&lt;" not in artifact.text
    assert "&amp;" not in artifact.text


def test_a_subject_is_one_line_without_entities(look):
    artifact = render(look, edition(1, subject=' Ferries & "trams"\r\n\tstop\x00 '))
    assert artifact.subject == 'Ferries & "trams" stop'
    assert "<title>Ferries &amp; " in artifact.html


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=120))
def test_any_words_give_a_page_that_holds_them_and_a_text_in_its_measure(look, words):
    told = story(0, headline=words, summary=words, byline=words, source=words, section=words)
    artifact = render(look, edition(1, (told,), standfirst=words))
    assert not Reader(artifact.html).imbalance
    assert "\r" not in artifact.text
    artifact.sha256  # noqa: B018 (encodes all three parts)
    assert_in_measure(artifact.text)


@pytest.mark.parametrize("count", SIZES)
def test_the_text_keeps_its_measure_without_trailing_spaces_h11(look, count):
    assert_in_measure(render(look, edition(count)).text)


def assert_in_measure(text):
    for line in text.splitlines():
        assert line == line.rstrip()
        assert columns(line) <= WIDEST or re.fullmatch(r"(\[\d+\] )?https?://\S+", line)
    assert "\n\n\n" not in text
    assert text.endswith("\n")


def test_japanese_keeps_the_measure_as_a_terminal_counts_it(look):
    assert_in_measure(render(look, japanese_edition(), JAPANESE_PUBLICATION).text)


def test_a_long_headline_is_whole_in_both_parts(look):
    headline = ("Harbour " * 37).strip()
    artifact = render(look, edition(1, (story(0, headline=headline),)))
    assert headline in Reader(artifact.html).text
    assert headline in " ".join(artifact.text.split())


def test_what_a_story_lacks_leaves_no_gap(look):
    bare = tuple(story(place, summary="", byline=None, image=None, section="") for place in range(8))
    artifact = render(look, edition(8, bare))
    page = Reader(artifact.html)
    assert not page.all("img")
    assert "By " not in page.text
    assert "None" not in artifact.html + artifact.text
    assert not re.search(r"<(p|h\d|a|span)\b[^>]*>\s*</\1>", artifact.html)


def test_an_editors_note_to_self_is_not_shown_to_readers(look):
    marked = render(look, edition(2, (story(0, needs_headline=True), story(1, needs_headline=True))))
    assert marked == render(look, edition(2))


def test_pictures_are_whole_and_say_what_they_show_m13(look):
    images = Reader(render(look).html).all("img")
    assert len(images) == 3
    for _, attributes in images:
        assert attributes["alt"]
        assert attributes["src"].startswith("https://")
        assert int(attributes["width"]) <= 600
        assert int(attributes["height"]) > 0
        assert "display:block" in attributes["style"]


def test_a_lead_picture_has_its_caption_and_credit_under_it(look):
    page = Reader(render(look).html).text
    assert "Ferries of the island line at Customs Quay on Saturday. Tomas Arnaut/The Harbour Post" in page


def test_a_logo_stands_in_the_masthead_with_its_name(look):
    page = Reader(render(look, publication=replace(PUBLICATION, logo_url="https://a.example/logo.png")).html)
    assert page.all("img")[0][1]["alt"] == PUBLICATION.site_name


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("reading", [for_word, for_the_rest])
def test_tables_balance_with_and_without_words_own_m09(look, count, reading):
    page = Reader(reading(render(look, edition(count)).html))
    assert page.imbalance == []
    assert page.open == []
    assert all(attributes.get("role") == "presentation" for _, attributes in page.all("table"))


def test_no_class_is_left_that_the_kept_block_does_not_use_m06(look):
    left = {
        name
        for _, attributes in Reader(render(look).html).elements
        for name in attributes.get("class", "").split()
    }  # fmt: skip
    assert left <= classes_of(styles_of(look.kept, DEFAULT_THEME))


def test_the_kept_block_arrives_byte_for_byte_and_is_the_only_one_t12(look):
    html = render(look).html
    assert f"<style>{styles_of(look.kept, DEFAULT_THEME)}</style>" in html
    assert for_the_rest(html).count("<style") == 1
    assert "data-premailer" not in html


def test_inlined_values_are_plain_m05(look):
    for _, attributes in Reader(for_the_rest(render(look).html)).elements:
        style = attributes.get("style", "")
        assert not re.search(r"var\(|calc\(|rgb|rem\b|!important|url\(", style)
        assert all(len(colour) == 7 for colour in re.findall(r"#\w+", style))


def test_no_marker_of_a_template_is_left_m21(look):
    artifact = render(look)
    for part in (artifact.html, artifact.text, artifact.subject):
        assert not re.search(r"\{\{|\{%|\{#|%7B%7B|None|[Uu]ndefined", part)


def test_the_page_tells_its_language_direction_title_and_manners_m11(look):
    html = render(look, arabic_edition(), ARABIC_PUBLICATION).html
    page = Reader(html)
    assert page.all("html")[0][1]["lang"] == "ar"
    assert page.all("html")[0][1]["dir"] == "rtl"
    assert page.all("div")[0][1]["lang"] == "ar"
    assert page.all("div")[0][1]["dir"] == "rtl"
    assert f"<title>{arabic_edition().subject}</title>" in html
    names = {attributes.get("name") for _, attributes in page.all("meta")}
    assert {"viewport", "x-apple-disable-message-reformatting", "format-detection", "color-scheme"} <= names
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in html


def test_arabic_letters_are_not_spaced_apart(look):
    assert "letter-spacing" in render(look).html
    assert "letter-spacing" not in render(look, arabic_edition(), ARABIC_PUBLICATION).html


def test_every_address_is_absolute_and_of_the_web_m23(look):
    assert all(url.startswith(("https://", "mailto:")) for url in hrefs(render(look).html))


@pytest.mark.parametrize(("count", "most"), [(40, 50_000), (60, 70_000)])
def test_a_full_edition_stays_far_from_where_gmail_clips_m01(look, count, most):
    stories = tuple(
        story(place, summary=TELLINGS[0][3], own=False, image=picture(place) if place < 4 else None)
        for place in range(count)
    )
    html = render(look, edition(count, stories)).html
    assert len(html.encode()) < most


def test_the_date_is_the_editions_own(look):
    artifact = render(look, edition(1, local_date=date(2028, 2, 29)))
    assert "Tuesday, 29 February 2028" in artifact.html
    assert "Tuesday, 29 February 2028" in artifact.text
    assert "/archive/daily-headlines/2028-02-29" in artifact.html
