"""Reports of one event are put together, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import EVENTS, MORNING, names, report

from digest.editions.clusters import cluster, clusters_of
from digest.editions.likeness import Likenesses


def test_the_reports_of_one_event_become_one_cluster() -> None:
    assert {names(found.urls) for found in clusters_of(MORNING)} == EVENTS


@given(st.permutations(MORNING))
def test_the_order_of_the_articles_changes_nothing(shuffled) -> None:
    assert clusters_of(shuffled) == clusters_of(MORNING)


@given(st.permutations(MORNING), st.integers(0, len(MORNING)))
def test_reading_in_parts_finds_what_reading_all_at_once_finds(shuffled, cut) -> None:
    whole = Likenesses.among(MORNING)
    parts = Likenesses(whole.weights)
    parts.read(shuffled[:cut])
    cluster(parts)
    parts.read(shuffled[cut:])
    parts.read(shuffled[:cut])
    assert parts.pairs == whole.pairs
    assert cluster(parts) == cluster(whole)


def test_a_join_tells_its_evidence() -> None:
    (found,) = (found for found in clusters_of(MORNING) if len(found.urls) == 2)
    (join,) = found.joins
    assert {join.one, join.other} == set(found.urls)
    assert set(join.words) >= {"Quist", "Marlowe", "Orlanda"}
    assert join.likeness >= join.needed > 0


def test_what_is_told_again_after_three_days_is_another_story() -> None:
    again = report("echo", MORNING[0].headline, hours=73)
    assert len(clusters_of([MORNING[0], again])) == 2


def test_a_contradiction_keeps_whole_groups_apart() -> None:
    rising = [report(f"up{n}", f"Brightwater shares rise {n} percent after Kestrel offer") for n in range(3)]
    falling = [report(f"down{n}", f"Brightwater shares fall {n} percent after Kestrel offer") for n in range(3)]
    found = {frozenset(names(one.urls)) for one in clusters_of([*rising, *falling])}
    assert found == {frozenset({"up0", "up1", "up2"}), frozenset({"down0", "down1", "down2"})}


def test_two_events_of_one_beat_stay_apart() -> None:
    beat = [
        report("a", "Police arrest man after robbery of a bank in Westhaven"),
        report("b", "Police arrest woman after burglary at a school in Easton"),
    ]
    assert len(clusters_of(beat)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "(Reporting by Jane Holloway; editing by Mark Tilbury)",
        "Photo gallery below.",
        "This is a developing story and will be updated.",
    ],
)
def test_what_an_agency_writes_under_every_story_makes_no_event(line) -> None:
    two = [
        report("museum", "Museum opens a wing for clocks", summary=f"Visitors may wind them. {line}"),
        report("strike", "Bakers end their strike", summary=f"Ovens are lit again on Monday. {line}"),
    ]
    assert len(clusters_of([*MORNING, *two])) == len(clusters_of(MORNING)) + 2


def test_one_ordinary_word_in_common_makes_no_event_and_one_name_does() -> None:
    told = [
        report("a", "Should we get involved in Easton?"),
        report("b", "Two men involved"),
        report("c", "Where is Solveig?"),
        report("d", "So this was Solveig"),
    ]
    found = {names(one.urls) for one in clusters_of(told)}
    assert found == {("a",), ("b",), ("c", "d")}


def test_a_number_in_common_makes_no_event() -> None:
    assert (
        len(clusters_of([report("a", "A book comes home after 61 years"), report("b", "Herring: 61 of 70 years")])) == 2
    )


def test_headlines_without_blanks_between_words_are_compared_too() -> None:
    told = [report("a", "台風19号が関東に上陸"), report("b", "関東に台風19号 上陸"), report("c", "首相が予算案を発表")]
    assert sorted(len(found.urls) for found in clusters_of(told)) == [1, 2]


def test_articles_without_a_word_that_counts_stand_alone() -> None:
    assert len(clusters_of([report("a", "What now?"), report("b", "What now?")])) == 2


def test_no_article_makes_no_cluster() -> None:
    assert clusters_of([]) == []
