"""The inliner's known traps, each by its number in the message standard."""

import re

import pytest

from digest.errors import BadInputError
from digest.rendering import slots
from digest.rendering.inlining import inline_css

KEPT = "@media (max-width: 599px) {\n  .b { color: #112233 !important; }\n}\n[data-ogsc] .c > * { color: #112233; }"


def page(body: str, inlined: str = ".a { color: #112233; }", kept: str = KEPT, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>x</title>{head}<style>{inlined}</style>'
        f'<style data-premailer="ignore">{kept}</style></head><body>{body}</body></html>'
    )


def test_the_first_block_becomes_style_attributes_and_goes_away():
    html = inline_css(page('<p class="a">x</p>'))
    assert '<p style="color:#112233">x</p>' in html
    assert html.count("<style") == 1


def test_the_kept_block_survives_byte_for_byte_with_its_importance_t6_and_t12():
    assert f"<style>{KEPT}</style>" in inline_css(page("<p>x</p>"))


def test_a_stylesheet_by_link_is_refused_before_anything_is_fetched_t7():
    with pytest.raises(BadInputError, match="<link>"):
        inline_css(page("<p>x</p>", head='<link rel="stylesheet" href="https://styles.invalid/a.css">'))


@pytest.mark.parametrize("block", ["inlined", "kept"])
def test_an_import_is_refused_before_anything_is_fetched_t7(block):
    with pytest.raises(BadInputError, match="@import"):
        inline_css(page("<p>x</p>", **{block: '@import "https://styles.invalid/a.css"; .a { color: #112233; }'}))


def test_an_empty_page_is_told_in_words_t8():
    with pytest.raises(BadInputError, match="empty"):
        inline_css(" \n")


def test_addresses_come_through_as_they_were_t10():
    urls = [
        slots.UNSUBSCRIBE_URL,
        slots.PREFERENCES_URL,
        "https://a.example/x?y=1&z=%7B2%7D;q#part",
        "mailto:a@b.example",
    ]
    links = "".join(f'<a href="{url.replace("&", "&amp;")}">x</a>' for url in urls)
    found = re.findall(r'href="([^"]*)"', inline_css(page(links)))
    assert [url.replace("&amp;", "&") for url in found] == urls


def test_no_attribute_is_guessed_from_a_style_t11():
    inlined = "td { background-color: #112233; width: 100%; height: 40px; text-align: center; vertical-align: top; }"
    html = inline_css(page('<table><tr><td width="30">x</td></tr></table>', inlined=inlined))
    assert re.search(r"<td ([^>]*)>", html)[1].replace(re.search(r'style="[^"]*"', html)[0], "").strip() == 'width="30"'


def test_six_digit_colours_are_not_shortened_m05():
    assert "color:#ffffff" in inline_css(page('<p class="a">x</p>', inlined=".a { color: #ffffff; }"))


@pytest.mark.parametrize("mistake", [".a { color: ; }", ".a { color #112233; }", ".a { : 1px; }"])
def test_a_malformed_rule_fails_with_what_the_parser_said_every_time_t15(mistake):
    for _ in range(2):
        with pytest.raises(BadInputError, match="malformed"):
            inline_css(page('<p class="a">x</p>', inlined=mistake))


def test_a_mistake_in_one_page_leaves_the_next_alone():
    with pytest.raises(BadInputError):
        inline_css(page("<p>x</p>", inlined=".a { color: ; }"))
    assert "color:#112233" in inline_css(page('<p class="a">x</p>'))


def test_a_class_stays_only_where_the_kept_block_asks_for_it_m06():
    html = inline_css(page('<p class="a b">x</p><p class="a">y</p>'))
    assert re.findall(r'class="([^"]*)"', html) == ["b"]


def test_what_only_word_reads_is_left_as_it_is():
    ghost = '<!--[if mso]><table class="a" style="width:600px"><tr><td><![endif]-->'
    assert ghost in inline_css(page(f"{ghost}<p>x</p><!--[if mso]></td></tr></table><![endif]-->"))


def test_words_come_through_in_every_script():
    words = "é 日本語 عربي 😀 👨‍👩‍👧 a\u00a0b &lt;b&gt; &amp;amp;"
    assert f"<p>{words}</p>" in inline_css(page(f"<p>{words}</p>"))
