from dataclasses import replace

import pytest
from reports import NOON, report
from test_repeats import YESTERDAY, mailed

from digest.editions.changes import Change, change_of

TOLD = report(
    "gazette",
    "Ferry Solveig runs aground off Westhaven, 12 hurt",
    "The ferry hit a rock at dawn. Tugs are on their way.",
)


def change(headline=TOLD.headline, summary=TOLD.summary, told=TOLD.summary):
    return change_of(mailed(TOLD, summary=told), replace(TOLD, headline=headline, summary=summary), NOON)


@pytest.mark.parametrize(
    "now",
    [
        {},
        {"headline": "FERRY Solveig ran aground off Westhaven: 12 hurt"},
        {"summary": "Tugs are on the way. The ferry hit a rock at dawn."},
        {"summary": "The ferry hit a big rock at dawn, and tugs are on their way now."},
        {"summary": ""},
    ],
)
def test_other_forms_another_order_or_a_word_more_are_no_change(now):
    assert change(**now) is None


def test_many_new_words_are_a_change_and_the_sentences_that_bring_them_are_the_news():
    news = "Captain Anders Holm was arrested and charged with sailing drunk."
    found = change("Captain of stranded ferry arrested", f"The ferry hit a rock at dawn. {news}")
    assert found == Change(NOON, YESTERDAY, news)


def test_another_figure_in_the_headline_is_a_change_by_itself():
    assert change("Ferry Solveig runs aground off Westhaven, 31 hurt") == Change(NOON, YESTERDAY, "")


def test_what_was_told_by_a_version_that_kept_no_summaries_can_not_have_changed():
    assert change("Captain of stranded ferry arrested, 31 hurt", "Something else.", told=None) is None


def test_a_summary_where_there_was_none_is_no_news_and_another_headline_is():
    filled = "Captain Anders Holm was arrested and charged with sailing drunk."
    assert change(summary=filled, told="") is None
    assert change("Drunken captain Holm arrested in Westhaven", filled, told="") == Change(NOON, YESTERDAY, "")
