from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.lines import WIDEST, columns, tidy, underlined, wrapped

WORDS = st.text(st.sampled_from("ab é 日本、「」。がー 한국 عر 😀\u200d\u0301-"), max_size=400).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None)
@given(WORDS)
def test_no_line_is_wider_than_a_terminal(text):
    assert all(columns(line) <= WIDEST for line in wrapped(text).splitlines())


@settings(deadline=None)
@given(WORDS)
def test_wrapping_loses_and_adds_nothing_but_spaces(text):
    assert "".join(wrapped(text).split()) == "".join(text.split())


@settings(deadline=None)
@given(WORDS)
def test_no_line_begins_or_ends_with_a_space(text):
    assert all(line == line.strip(" ") for line in wrapped(text).splitlines())


def test_a_web_address_is_never_broken():
    url = "https://www.harbourpost.example/" + "a-long-path/" * 20
    assert url in wrapped(f"Read it at {url} today").splitlines()


def test_another_word_that_is_too_long_is_broken():
    assert [len(line) for line in wrapped("a" * 200).splitlines()] == [78, 78, 44]


def test_wide_characters_take_two_columns_and_marks_none():
    assert columns("日本") == 4
    assert columns("e\u0301") == 1
    assert columns("a\u200d") == 1


def test_japanese_lines_break_between_characters_but_not_before_a_full_stop():
    lines = wrapped("あ" * 39 + "。" + "い" * 10).splitlines()
    assert [columns(line) for line in lines] == [76, 24]
    assert lines[1].startswith("あ。")


def test_an_opening_bracket_does_not_end_a_line():
    assert wrapped("あ" * 38 + "「い」").splitlines()[1] == "「い」"


def test_a_joined_emoji_stays_whole():
    family = "👨‍👩‍👧"
    assert all(family in line or "👨" not in line for line in wrapped("あ" * 37 + family + "い").splitlines())


def test_a_title_is_underlined_to_its_width():
    assert underlined("日本 news", "=") == "日本 news\n========="


def test_tidy_text_has_single_blank_lines_no_trailing_spaces_and_a_final_newline():
    assert tidy("\n\na  \n\n\n \nb\n\n") == "a\n\nb\n"
