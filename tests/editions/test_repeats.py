from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from reports import NOON, report

from digest.editions.mailed import Mailed
from digest.editions.repeats import LONGEST_ECHO, repeats

YESTERDAY = date(2026, 3, 14)
RUN_AGROUND = report("gazette", "Ferry Solveig runs aground off Westhaven, all 212 aboard safe", "It hit a rock.")
ECHO = report("courier", "All safe after ferry Solveig hits rocks near Westhaven", hours=20)
UNRELATED = report("herald", "Cabinet weighs a tax on empty homes", hours=20)


def mailed(article, **changes):
    told = Mailed(
        url=article.url,
        source=article.source,
        headline=article.headline,
        summary=article.summary,
        published=article.published,
        local_date=YESTERDAY,
        mailed_at=NOON,
    )
    return replace(told, **changes)


def had(*articles, by=RUN_AGROUND, **changes):
    return set(repeats(articles, [mailed(by, **changes)]))


def test_a_mailed_address_is_a_repeat_and_it_says_when_readers_had_it():
    changed = replace(RUN_AGROUND, headline="Something else altogether")
    assert repeats([changed], [mailed(RUN_AGROUND)]) == {
        RUN_AGROUND.url: f"readers had it on 2026-03-14, from Gazette: {RUN_AGROUND.headline}"
    }


def test_the_same_words_of_an_outlet_under_another_address_are_a_repeat():
    moved = replace(RUN_AGROUND, url="https://gazette.example/moved", headline=RUN_AGROUND.headline.upper())
    assert had(moved, UNRELATED) == {moved.url}


def test_a_column_that_is_called_the_same_every_day_is_none():
    column = report("gazette", "The weather", "Sun all day.")
    today = replace(column, url="https://gazette.example/today", summary="Nine degrees and rain.")
    assert had(today, by=column) == set()


def test_another_outlets_report_of_a_mailed_event_is_a_repeat_for_a_day_and_a_half():
    assert had(ECHO, UNRELATED) == {ECHO.url}
    much_later = replace(ECHO, published=RUN_AGROUND.published + LONGEST_ECHO)
    assert had(much_later, UNRELATED) == set()


def test_of_several_mailed_reports_of_an_event_the_nearest_is_named():
    towed = report("mail", "Westhaven: stranded ferry Solveig towed into port", hours=2)
    found = repeats([ECHO], [mailed(towed), mailed(RUN_AGROUND)])
    assert found[ECHO.url].endswith(RUN_AGROUND.headline)


def test_our_own_report_and_what_the_mailed_outlet_writes_further_are_news():
    assert had(replace(ECHO, own=True)) == set()
    assert had(replace(ECHO, source=RUN_AGROUND.source)) == set()


def test_the_latest_mailing_of_a_story_is_told():
    later = mailed(RUN_AGROUND, local_date=YESTERDAY + timedelta(days=1))
    assert "2026-03-15" in repeats([RUN_AGROUND], [later, mailed(RUN_AGROUND)])[RUN_AGROUND.url]


REPORTS = [RUN_AGROUND, ECHO, UNRELATED, report("mail", "Westhaven: stranded ferry Solveig towed into port", hours=22)]


@given(st.lists(st.sampled_from(REPORTS), unique=True), st.lists(st.sampled_from(REPORTS), unique=True), st.randoms())
def test_whatever_was_mailed_is_a_repeat_in_any_order_and_without_mailings_nothing_is(articles, before, chance):
    told = [mailed(one) for one in before]
    found = repeats(articles, told)
    shuffled = chance.sample(articles, len(articles))
    assert repeats(shuffled, told) == found
    assert {one.url for one in before} & {one.url for one in articles} <= set(found)
    assert repeats(articles, []) == {}
