"""An edition that is too heavy gives up what it can best do without, and says so."""

from dataclasses import replace

import pytest
from samples import PUBLICATION, edition, picture, story

from digest.editions.lighter import NO_ROOM, ever_lighter
from digest.errors import BadInputError
from digest.rendering.budget import MOST_OCTETS, fit_edition, personal_octets
from digest.rendering.inlining import inline_css

LONG = "The harbour counts its boats, and the town counts on the harbour. " * 12


def heavy(count, length=400, **changes):
    stories = tuple(story(place, summary=LONG[:length], own=True, **changes) for place in range(count))
    return edition(count, stories)


def counted(inlined):
    def inline(page):
        inlined.append(page)
        return inline_css(page)

    return inline


def test_an_edition_that_fits_is_whole_and_inlined_once(look):
    inlined = []
    fitted = fit_edition(edition(12), PUBLICATION, look, counted(inlined))
    assert (fitted.contents, fitted.given_up, len(inlined)) == (edition(12), "", 1)


@pytest.mark.parametrize("length", [0, 90, 400, 780])
def test_with_200_stories_offered_no_copy_is_over_90_kb_and_few_inlinings_find_that_out(look, length):
    inlined = []
    fitted = fit_edition(heavy(200, length), PUBLICATION, look, counted(inlined))
    assert personal_octets(fitted.artifact.html, PUBLICATION) <= MOST_OCTETS
    assert personal_octets(fitted.artifact.html, PUBLICATION) > 0.85 * MOST_OCTETS
    assert len(inlined) <= 4
    gone = [left for left in fitted.contents.left_out if left.why == NO_ROOM]
    assert len(gone) == fitted.contents.more == 200 - len(fitted.contents.stories) > 0
    for part in (fitted.artifact.html, fitted.artifact.text):
        assert f"{fitted.contents.more} more stories" in " ".join(part.split())


def test_what_is_given_up_has_a_fixed_order():
    whole = edition(8, tuple(story(place, summary="Told in brief.", image=picture(place)) for place in range(8)))
    steps = [(light, said) for light, said in ever_lighter(whole)]
    assert steps[0][1] == "3 thumbnails"
    titles = [section.title for section in reversed(whole.sections)]
    for step, title in enumerate(titles, 1):
        assert steps[step][1].endswith(f"the summaries of {title}")
    kept = steps[len(titles)][0]
    assert kept.stories[1].summary == "Told in brief."
    assert [len(light.stories) for light, _ in steps[len(titles) + 1 :]] == [7, 6, 5, 4, 3, 2, 1]
    assert all(light.lead == whole.lead for light, _ in steps)
    assert steps[-1][1].endswith("7 stories at the end")


def test_an_address_of_the_longest_kind_is_reckoned_with():
    page = "x" * 100 + "reader@address.slot.invalid" + "\n"
    assert personal_octets(page, PUBLICATION) > 100 + 254 + 2


def test_a_lead_too_heavy_by_itself_is_refused_with_the_look_that_makes_it_so(look):
    with pytest.raises(BadInputError, match=r"edition\.html: the lead alone takes [\d,]+ bytes"):
        fit_edition(edition(2), PUBLICATION, look, lambda page: page + "x" * MOST_OCTETS)


def test_a_summary_of_5_mb_costs_its_story_only_its_length(look):
    stories = (story(0), story(1, summary="word " * 1_000_000), *(story(place) for place in range(2, 8)))
    fitted = fit_edition(edition(8, stories), PUBLICATION, look)
    assert fitted.given_up == ""
    assert len(fitted.contents.stories) == len(replace(edition(8)).stories)
