from dataclasses import replace

import pytest
from samples import PUBLICATION, edition, picture, story

from digest.editions.contents import Section
from digest.rendering.presentable import presentable


@pytest.mark.parametrize(
    "url",
    ["", "data:image/png;base64,AA", "http://pictures.example/1.png", "cid:1", "https://203.0.113.7/1.png"],
)
def test_a_picture_that_no_mail_can_show_is_left_out_and_the_story_stays(url):
    image = replace(picture(1), url=url)
    shown = presentable(edition(1, (story(0, image=image),)), PUBLICATION)
    assert shown.lead.image is None
    assert shown.lead.headline == story(0).headline


def test_a_loopback_trial_may_show_pictures_of_its_own():
    image = replace(picture(1), url="http://127.0.0.1:8000/1.png")
    trial = replace(PUBLICATION, base_url="http://127.0.0.1:8000")
    assert presentable(edition(1, (story(0, image=image),)), trial).lead.image == image


def test_what_turns_a_line_round_or_breaks_it_is_left_out_everywhere():
    words = "Ferries\u202e stop\r\n\ttoday\x00"
    told = story(0, headline=words, summary=words, byline=words, source=words, section=words, image=None)
    shown = presentable(edition(1, (told,), subject=words, standfirst=words), PUBLICATION)
    lead = shown.lead
    texts = {shown.subject, shown.standfirst, lead.headline, lead.summary, lead.byline, lead.source, lead.section}
    assert texts == {"Ferries stop today"}


def test_a_story_without_end_is_cut_to_whole_sentences_and_words():
    told = story(0, summary="The bridge is open. " * 500, byline="Maren Holt, " * 100)
    lead = presentable(edition(1, (told,)), PUBLICATION).lead
    assert len(lead.summary) <= 1_000
    assert lead.summary.endswith("is open.")
    assert lead.byline.endswith("…")


def test_a_section_without_a_story_is_not_headed():
    contents = edition(6)
    empty = replace(contents, sections=(Section("Weather", ()), *contents.sections, Section("Chess", ())))
    assert presentable(empty, PUBLICATION) == presentable(contents, PUBLICATION)


def test_five_megabytes_of_summary_headline_and_note_leave_an_edition_that_fits():
    told = story(0, summary="It rains. " * 500_000, headline="Rain " * 1_000_000, byline="B" * 5_000_000)
    shown = presentable(edition(1, (told,)), PUBLICATION).lead
    assert len(shown.summary) <= 1_000
    assert max(len(shown.headline), len(shown.byline)) <= 300
