from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import PUBLICATION, edition, picture, story

from digest.errors import BadInputError
from digest.rendering.links import contact_address, web_address
from digest.rendering.presentable import one_line, presentable


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "/relative", "ftp://a.example/", "https://", ""]
)
def test_a_story_whose_link_is_not_of_the_web_is_named(url):
    with pytest.raises(BadInputError, match="Two ferries collide"):
        presentable(edition(3, (story(0), story(1, url=url, headline="Two ferries collide"))), PUBLICATION)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x?y=1&z=%20a;b#c",
        "http://a.example",
        "https://a.example/(x)'~!*,{y}|^`[z]$",
        "HTTPS://A.example/",
    ],
)
def test_an_address_in_ascii_stays_exactly_as_it_is(url):
    assert web_address(url) == url


def test_an_address_in_other_letters_is_made_fit_to_travel():
    assert (
        web_address("https://münchen.example/straße?q=ö ä")
        == "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%B6%20%C3%A4"
    )


@settings(deadline=None)
@given(st.text())
def test_a_line_holds_no_break_no_control_and_can_be_written(text):
    line = one_line(text)
    line.encode()
    assert line.isprintable() or all(not character.isspace() or character == " " for character in line)
    assert "\n" not in line
    assert "\x00" not in line


@pytest.mark.parametrize("url", [None, "", "data:image/png;base64,AA", "http://pictures.example/1.png", "cid:1"])
def test_a_picture_that_no_mail_can_show_is_left_out_and_the_story_stays(url):
    image = replace(picture(1), url=url)
    shown = presentable(edition(1, (story(0, image=image),)), PUBLICATION)
    assert shown.lead.image is None
    assert shown.lead.headline == story(0).headline


def test_a_loopback_trial_may_show_pictures_of_its_own():
    image = replace(picture(1), url="http://127.0.0.1:8000/1.png")
    trial = replace(PUBLICATION, base_url="http://127.0.0.1:8000")
    assert presentable(edition(1, (story(0, image=image),)), trial).lead.image == image


def test_a_contact_is_a_mailbox_or_a_page_or_just_words():
    assert contact_address("desk@a.example") == "mailto:desk@a.example"
    assert contact_address("https://a.example/contact") == "https://a.example/contact"
    assert contact_address("+351 555 0100") is None
