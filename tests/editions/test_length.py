import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_articles import DAY, PICTURE, article, foreign, newsletter

from digest.editions.compose import compose
from digest.editions.length import Length, brevity_of, length_of, shortfall_of
from digest.editions.quiet_day import quieted

QUIET = newsletter(full_stories=8, short_stories=4, min_stories=2)
PLAIN = newsletter(min_stories=2)
LONGEST_FIRST = [Length.FULL, Length.SHORT, Length.NOTE, None]


@pytest.mark.parametrize(
    ("stories", "length", "brevity", "shortfall"),
    [
        (8, Length.FULL, None, None),
        (7, Length.SHORT, "short: 7 stories in the window, but full_stories is 8", None),
        (4, Length.SHORT, "short: 4 stories in the window, but full_stories is 8", None),
        (3, Length.NOTE, "note: 3 stories in the window, but short_stories is 4", None),
        (2, Length.NOTE, "note: 2 stories in the window, but short_stories is 4", None),
        (1, None, None, "1 story in the window, but min_stories is 2"),
        (0, None, None, "no story in the window, but min_stories is 2"),
    ],
)
def test_each_length_has_its_least_and_what_is_less_says_why(stories, length, brevity, shortfall):
    assert length_of(stories, QUIET) is length
    assert (brevity_of(stories, QUIET), shortfall_of(stories, QUIET)) == (brevity, shortfall)


@pytest.mark.parametrize("stories", [2, 3, 99])
def test_where_nothing_is_set_every_edition_is_full(stories):
    assert (length_of(stories, PLAIN), brevity_of(stories, PLAIN)) == (Length.FULL, None)
    assert length_of(1, PLAIN) is None


@given(st.integers(0, 60), st.lists(st.integers(1, 40), min_size=3, max_size=3).map(sorted))
def test_more_stories_never_make_a_shorter_edition(stories, fewest):
    rules = newsletter(**dict(zip(("min_stories", "short_stories", "full_stories"), fewest, strict=True)))
    one, more = (LONGEST_FIRST.index(length_of(count, rules)) for count in (stories, stories + 1))
    assert more <= one


def a_day(count):
    own = [article(place, image=PICTURE, section="City") for place in range(count - 1)]
    return compose("daily", DAY, newsletter(sections=[{"title": "City"}]), [*own, foreign(50, image=PICTURE)], {})


@given(st.integers(1, 12), st.sampled_from(Length))
def test_a_quiet_day_loses_no_story_and_keeps_their_order(count, length):
    whole = a_day(count)
    quiet = quieted(whole, length)
    assert [story.url for story in quiet.stories] == [story.url for story in whole.stories]
    assert quiet.length is length
    assert all(section.stories for section in quiet.sections)


def test_a_short_edition_has_no_sections_and_a_note_no_pictures():
    whole = a_day(7)
    short, note = quieted(whole, Length.SHORT), quieted(whole, Length.NOTE)
    assert [section.title for section in whole.sections] == ["City", "From around the world"]
    assert ([section.title for section in short.sections], len(short.second_rank)) == ([""], 3)
    assert ([section.title for section in note.sections], note.second_rank) == ([""], ())
    assert not [story for story in note.stories if story.image]
    assert short.lead.image
    assert quieted(whole, Length.FULL) == whole
