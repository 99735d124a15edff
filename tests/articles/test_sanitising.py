import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.sanitising import plain_text, sanitise, words_of

BASE = "https://post.example/news/bridge"


def test_story_html_keeps_its_words_emphasis_links_lists_and_pictures():
    html = (
        '<p>A <strong>new</strong> <a href="https://post.example/b" title="More">bridge</a></p><ul><li>One</li></ul>'
        '<figure><img src="https://post.example/b.jpg" alt="The bridge" width="600" height="338"></figure>'
    )
    assert sanitise(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p{color:red}</style>",
        "<iframe src='https://x.example'></iframe>",
        "<form action='/'><input name=q><button>Go</button></form>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<object data='x.swf'></object>",
        "<template><p>hidden</p></template>",
        "<!-- a comment -->",
    ],
)
def test_what_acts_or_belongs_to_the_page_goes_with_all_that_is_in_it(html):
    assert sanitise(f"<p>a</p>{html}<p>b</p>") == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ('<p onclick="x()" style="color:red" class="lead" id="p1">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<a href="JaVa&#115;cript:x()">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<a href="/other">a</a>', "<a>a</a>"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', '<img alt="x">'),
        ('<img src="mailto:a@x.example" alt="x">', '<img alt="x">'),
        ('<img src="https://x.example/a.jpg" width="100%" onerror="x()">', '<img src="https://x.example/a.jpg">'),
        ("<p>a\x00b\u202ec</p>", "<p>abc</p>"),
    ],
)
def test_attributes_and_addresses_outside_the_list_go(html, clean):
    assert sanitise(html) == clean


def test_relative_addresses_are_made_absolute_by_the_articles_own():
    html = '<p><a href="/other">a</a> <img src="pictures/b.jpg"></p>'
    assert sanitise(html, base=BASE) == (
        '<p><a href="https://post.example/other">a</a> <img src="https://post.example/news/pictures/b.jpg"></p>'
    )


@given(st.text("<>/=\"' abonclickscriptsrchrefjv:;&#x0\n-!", max_size=120))
def test_sanitising_twice_changes_nothing_more(html):
    once = sanitise(html)
    assert sanitise(once) == once
    assert not re.search(r"<[^>]*\son\w+\s*=|<script|<[^>]*javascript:", once)


def test_plain_text_has_one_blank_line_between_paragraphs_and_no_entities():
    html = "<div><p>Fish &amp; chips,\n   <em>fresh</em>.</p><p>Line one<br>line two</p></div>"
    html += "<ul><li>a</li><li>b</li></ul>"
    assert plain_text(html) == "Fish & chips, fresh.\n\nLine one\nline two\n\na\n\nb"


def test_plain_text_of_text_is_the_text():
    assert plain_text("Smith & Sons: 3 < 4") == "Smith & Sons: 3 < 4"


def test_words_of_an_empty_body_are_none():
    assert words_of("") == ""
