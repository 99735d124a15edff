from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editions.contents import PlacedStory
from digest.editions.holds import Supply, hold_of
from digest.editions.mailed import Mailed

CUTOFF = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
FRESH = CUTOFF - timedelta(hours=1)


def placed(number, url="https://post.example/{}", headline="Story {}"):
    return PlacedStory("City", headline.format(number), url.format(number), "Post", False, ())


def had(number):
    story = placed(number)
    return Mailed(story.url, story.source, story.headline, "", FRESH, date(2026, 3, 13), FRESH)


def hold(stories=(), yesterday=(), newest=FRESH, hours=None, share=0.5):
    return hold_of(stories, Supply(newest, tuple(yesterday)), CUTOFF, hours, share)


@pytest.mark.parametrize(("age", "held"), [(12.0, False), (12.001, True), (-1, False)])
def test_an_edition_is_held_when_the_newest_article_is_older_than_it_may_be(age, held):
    why = hold(newest=CUTOFF - timedelta(hours=age), hours=12)
    assert (why is not None) == held
    if why:
        assert why.startswith("the newest article is of 2026-03-13 17:29 UTC, and stale_after_hours is 12: ")


def test_without_any_article_the_feeds_are_stale_and_without_the_setting_they_never_are():
    assert hold(newest=None, hours=12).startswith("there is no article")
    assert hold(newest=None) is None
    assert hold(newest=CUTOFF - timedelta(days=900)) is None


@given(st.integers(0, 12), st.integers(0, 12), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_an_edition_is_held_when_more_than_its_share_was_in_the_previous_one(same, fresh, share):
    stories = [placed(number) for number in range(same + fresh)]
    why = hold(stories, [had(number) for number in range(same)], share=share)
    assert (why is not None) == (same > share * (same + fresh))
    if why:
        assert f"{same} of {same + fresh} stories were in the previous edition" in why


def test_a_story_under_another_address_is_the_same_and_one_under_another_headline_too():
    assert hold([placed(1, url="https://post.example/moved")], [had(1)])
    assert hold([placed(1, headline="Rewritten")], [had(1)])
    assert hold([placed(2)], [had(1)]) is None
