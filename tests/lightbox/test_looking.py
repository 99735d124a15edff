"""What the lightbox makes of an edition: its views, what differs from the one before, and where a fault stands."""

from datetime import date

import pytest

from digest.editions.contents import PlacedStory
from digest.lightbox.difference import Side, difference
from digest.lightbox.places import place_of
from digest.lightbox.views import MATRIX, View, Width

PAGE = "<style>.a{} @media (prefers-color-scheme: dark) {.a{color:red}}</style><STYLE type='x'>\nb</STYLE><p>words</p>"


def test_a_view_has_the_styles_its_reader_would_heed():
    assert "@media all {" in View(dark=True).of(PAGE)
    assert "@media not all {" in View().of(PAGE)
    assert View(styles=False).of(PAGE) == "<p>words</p>"


def test_the_matrix_has_every_screen_by_day_and_night_without_pictures_and_without_styles():
    names = [view.name for view in MATRIX]
    assert len(names) == len(set(names)) == 15
    assert {"phone-dark-no-pictures", "tablet-light", "desktop-light-no-styles"} <= set(names)
    assert [width.pixels for width in Width] == [1024, 768, 375]


def side(day, *urls, text=""):
    stories = tuple(PlacedStory("lead", f"Story {url}", url, "Post", needs_headline=False, reasons=()) for url in urls)
    return Side(date(2026, 11, day), f"Subject {day}", stories, text)


def test_what_differs_is_told_by_stories_and_by_lines():
    told = difference(side(21, "a", "b", text="one\ntwo\nthree\n"), side(22, "b", "c", text="one\n2\nthree\n"))
    assert (told.came, told.stayed, told.went) == (("Story c",), ("Story b",), ("Story a",))
    assert told.lines == ("@@ -1,3 +1,3 @@", " one", "-two", "+2", " three")


PARTS = {
    "HTML": "<p>\n<p class='x'>Pale words</p>\n",
    "text": "A line\nhttps://a.example/x\n",
    "headers": "Subject: Oh\n",
}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Pale words", ("HTML", 2, "<p class='x'>", "Pale words", "</p>")),
        ("<p> Pale words", ("HTML", 2, "<p class='x'>", "Pale words", "</p>")),
        ("text/plain: https://a.example/x", ("text", 2, "", "https://a.example/x", "")),
        ("https://a.exa…", ("text", 2, "", "https://a.exa", "mple/x")),
        ("Subject: Oh", ("headers", 1, "", "Subject: Oh", "")),
    ],
)
def test_the_place_of_a_fault_is_its_line_with_the_words_apart(where, found):
    place = place_of(where, PARTS)
    assert (place.part, place.line, place.before, place.marked, place.after) == found


@pytest.mark.parametrize("where", ["nowhere", "…", ""])
def test_a_fault_of_the_whole_message_has_no_place(where):
    assert place_of(where, PARTS) is None
