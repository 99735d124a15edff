from dataclasses import replace

import pytest
from samples import picture, story

from digest.rendering.picture import picture_of


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((1200, 675), (600, 338)),
        ((None, None), (600, 338)),
        ((0, 10), (600, 338)),
        ((900, 900), (450, 450)),
        ((800, 1200), (300, 450)),
        ((5000, 10), (600, 1)),
        ((64, 36), (600, 338)),
    ],
)
def test_a_picture_keeps_its_shape_inside_its_place(shape, shown):
    image = replace(picture(1), width=shape[0], height=shape[1])
    placed = picture_of(story(1, image=image), 600, 450)
    assert (placed.width, placed.height) == shown


def test_a_picture_without_words_says_what_it_links_to_m13():
    assert picture_of(story(1), 600, 450).alt == story(1).headline


def test_a_story_without_a_picture_has_none():
    assert picture_of(story(1, image=None), 600, 450) is None
