"""One story must never take the whole edition (law 10): whatever its words and addresses are, the message may leave."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_edition import ADA, NOW, compiled

from digest.articles.summary import cut_at_word
from digest.editions.wording import subject_of
from digest.rendering.lint import Severity, lint_message
from digest.rendering.rehearsal import FULL, FURNISHED, LEAST, PICTURE
from digest.rendering.render import render_edition
from digest.rendering.template import load_template
from digest.rendering.template_folder import templates_folder
from digest.web_address import objection

LOOK = load_template(templates_folder() / "editions" / "daily-headlines")
WORDS = (
    *("The <b> tag turns 30", "Why we write &amp; in HTML", "Why {{ braces }} matter", "{% if %}", "%7B%7B", "None"),
    *("--", "--!>", "<![endif]-->", "<!-- a -- b -->"),
    *("undefined", "<!-- hidden -->", "<script>alert(1)</script>", "]]>", "</td></table>", "<!--[if mso]>", "&#0;"),
    *("https://a.example/" + "a" * 200, "“https://a.example/" + "a" * 200, "A" * 300, "漢字" * 150, "e\u0301" * 150),
    *("क्षत्रियों की " * 20, "\u202egnol", "\ufffe\uffff", "=?utf-8?q?a?==?utf-8?q?b?=", "😀" * 100, "- - -", "."),
)
ADDRESSES = (
    *("https://a.example/None/", "https://a.example/%7B%7Bid%7D%7D", "https://a.example/?ref=undefined"),
    *("https://a.example/" + "a" * 2_000, "https://a.example/(x)'~!*,y.", "https://a.example/?a=1&amp;b=2&copy=3"),
    *("https://a.example/x?u=http://b.example:80/", "https://10.example/", "https://xn--mnchen-3ya.example/@you;x"),
)
BAD_PICTURES = ("https://a.example:8443/1.png", "http://a.example/1.png", "https://bit.ly/1", "https://10.0.0.1/1.png")
PUBLICATION = replace(FURNISHED, base_url="https://news.example.org")


def errors(words="A headline", url=FULL.url, picture=PICTURE.url):
    image = replace(PICTURE, url=picture, alt=words, caption=words, credit=words)
    odd = replace(FULL, url=url, headline=words, summary=words, section=words, byline=words, source=words, image=image)
    subject, standfirst = subject_of(words, None, LEAST.local_date), cut_at_word(words, 130)
    edition = replace(
        LEAST, subject=subject, standfirst=standfirst, lead=odd, second_rank=(odd, replace(odd, own=False))
    )
    message = compiled(render_edition(edition, PUBLICATION, LOOK), PUBLICATION).message_for(ADA, NOW)
    return [violation for violation in lint_message(message) if violation.severity is Severity.ERROR]


@pytest.mark.parametrize("words", WORDS)
def test_a_story_about_anything_leaves_the_edition_free_to_go(words):
    assert errors(words) == []


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_story_at_any_address_of_the_web_leaves_the_edition_free_to_go(url):
    assert objection(url) is None
    assert errors(url=url, picture=url) == []


@pytest.mark.parametrize("url", BAD_PICTURES)
def test_a_picture_that_no_mail_may_show_leaves_the_edition_free_to_go(url):
    assert errors(picture=url) == []


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=300).filter(lambda words: any(map(str.isalnum, words))))
def test_any_words_leave_the_edition_free_to_go(words):
    assert errors(words) == []


def test_a_story_without_end_leaves_the_edition_free_to_go():
    assert errors("The bridge is open. " * 50_000) == []
