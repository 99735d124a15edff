"""The theme: what may be said in it, and that nobody can make a mail that can't be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sample_configuration import raw

from digest.colour import LEAST_CONTRAST, contrast, lifted
from digest.settings import Settings
from digest.settings.theme import ThemeSettings

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def settings(theme=None, of_newsletter=None):
    return Settings.model_validate(raw(newsletter={"theme": of_newsletter or {}}, theme=theme or {}))


def test_a_newsletter_has_the_sites_theme_where_it_says_nothing_itself():
    theme = settings({"accent": "#005a3c", "logo_width": 200}, {"accent": "#003C5A"}).theme_of("daily-headlines")
    assert (theme.accent, theme.logo_width, theme.ink) == ("#003c5a", 200, "#1a1a1a")


@pytest.mark.parametrize(
    ("theme", "said"),
    [
        ({"accent": "red"}, "'red' is no colour; write it with six hexadecimal digits"),
        ({"accent": "#abc"}, "'#abc' is no colour"),
        ({"headline_font": "Georgia"}, "'Georgia' names no fonts"),
        ({"text_font": "a;color:red, serif"}, "names no fonts"),
        ({"text_font": "x" * 200 + ", serif"}, "names no fonts"),
        ({"section_look": "shout"}, "'rule', 'band' or 'label'"),
        ({"logo_width": 900}, "less than or equal to 552"),
        ({"colour": "#112233"}, "Extra inputs"),
        ({"accent": "#ffcc00"}, "accent #ffcc00 on paper #ffffff has a contrast of 1.51:1; 4.5:1 is the least"),
        ({"dark_paper": "#ffffff"}, "dark_ink #ece9e4 on dark_paper #ffffff"),
    ],
)
def test_what_could_not_be_set_or_read_is_refused_with_the_reason(theme, said):
    for given_to in ({"theme": theme}, {"of_newsletter": theme}):
        with pytest.raises(ValidationError) as refused:
            settings(**given_to)
        assert said in str(refused.value)


@given(COLOURS)
def test_the_accent_of_the_night_is_lifted_until_it_can_be_read(accent):
    theme = ThemeSettings(accent=accent)
    assert (contrast(theme.night_accent, theme.dark_paper) or 0) >= LEAST_CONTRAST


def test_a_colour_that_can_be_read_is_not_lifted():
    assert lifted("#ffcc00", "#17181a") == "#ffcc00"


def sponsor(first, last, name="Rope", **changes):
    return {
        "first_day": first,
        "last_day": last,
        "name": name,
        "text": "Rope.",
        "url": "https://rope.example/",
    } | changes


@pytest.mark.parametrize(
    ("sponsors", "said"),
    [
        ([sponsor("2026-11-02", "2026-11-01")], "last_day 2026-11-01 is before first_day 2026-11-02"),
        (
            [sponsor("2026-11-03", "2026-11-09", "B"), sponsor("2026-11-01", "2026-11-03", "A")],
            "A and B would both stand",
        ),
        ([sponsor("2026-11-01", "2026-11-02", url="https://bit.ly/x")], "url can't stand in a mail"),
        ([sponsor("2026-11-01", "2026-11-02", text="x" * 201)], "at most 200 characters"),
    ],
)
def test_a_sponsor_that_can_not_be_meant_is_refused(sponsors, said):
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(raw(newsletter={"sponsors": sponsors}))
