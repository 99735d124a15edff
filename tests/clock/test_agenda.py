"""What is to be done now: editions, and before them the feeds they are made of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sample_configuration import NEWSLETTER, raw

from digest.articles.retrieval.source_health import SourceHealth
from digest.clock.agenda import FEED_PATIENCE, Agenda, DueEdition, Rows, agenda
from digest.editions.due import Act, Standing
from digest.editions.edition import EditionStatus
from digest.settings import Settings, SourceSettings

FEED = "https://wire.example/feed"
SETTINGS = Settings.model_validate(
    raw(
        sources=[{"name": "Wire", "feed": FEED}, {"name": "The Harbour Post", "own": True}],
        newsletters={
            "daily-headlines": NEWSLETTER,
            "evening": NEWSLETTER | {"timezone": "America/New_York", "from": "evening@post.example"},
        },
    )
)
TODAY = date(2026, 3, 14)  # Lisbon keeps UTC, New York is four hours behind
CUTOFF, SEND_AT = datetime(2026, 3, 14, 5, 30, tzinfo=UTC), datetime(2026, 3, 14, 6, tzinfo=UTC)
LONG_AGO = CUTOFF - timedelta(days=30)
DAILY = DueEdition("daily-headlines", TODAY, Act.PUBLISH)
A_MINUTE = timedelta(minutes=1)


def rows(read_at, *, waits_until=None, **standings):
    out = {"daily_headlines": {}, "evening": {TODAY - timedelta(days=1): Standing(EditionStatus.SENT, CUTOFF)}}
    found = {slug.replace("_", "-"): editions for slug, editions in (out | standings).items()}
    return Rows(found, {"Wire": SourceHealth("Wire", FEED, tried_at=read_at, next_try_at=waits_until)})


def due(found, now, acting_since=LONG_AGO):
    return agenda(SETTINGS, found, now, acting_since)


def test_an_edition_goes_out_when_the_feeds_were_read_after_its_cut_off():
    assert due(rows(CUTOFF), SEND_AT) == Agenda((DAILY,), ())
    assert due(rows(CUTOFF), SEND_AT - A_MINUTE) == Agenda((replace(DAILY, act=Act.REHEARSE),), ())


def test_feeds_are_read_after_each_cut_off_and_twice_an_hour():
    assert due(rows(CUTOFF - A_MINUTE), CUTOFF - timedelta(seconds=1)).sources == ()
    assert due(rows(CUTOFF - A_MINUTE), CUTOFF).sources == ("Wire",)
    assert due(rows(CUTOFF + A_MINUTE), CUTOFF + timedelta(minutes=31)).sources == ()
    assert due(rows(CUTOFF + A_MINUTE), CUTOFF + timedelta(minutes=32)).sources == ("Wire",)
    in_new_york = CUTOFF + timedelta(hours=4)
    assert due(rows(in_new_york - A_MINUTE), in_new_york).sources == ("Wire",)


@pytest.mark.parametrize(("minutes", "goes_along"), [(8, False), (22, False), (23, True), (29, True)])
def test_a_feed_that_would_soon_be_due_is_read_along_with_one_that_is(minutes, goes_along):
    two = SETTINGS.model_copy(update={"sources": (*SETTINGS.sources, SourceSettings(name="Post", feed=FEED))})
    now = CUTOFF + timedelta(hours=1)
    read = {"Wire": now - timedelta(minutes=31), "Post": now - timedelta(minutes=minutes)}
    healths = {name: SourceHealth(name, FEED, tried_at=at) for name, at in read.items()}
    assert agenda(two, Rows({}, healths), now, LONG_AGO).sources == ("Wire", *(["Post"] if goes_along else []))


def test_a_rehearsal_waits_for_the_feeds_as_an_edition_does():
    unread = rows(CUTOFF - A_MINUTE)
    assert due(unread, CUTOFF).editions == ()
    assert [one.act for one in due(unread, CUTOFF + FEED_PATIENCE).editions] == [Act.REHEARSE]


def test_an_edition_waits_for_feeds_that_were_not_read_but_not_for_ever():
    unread = rows(CUTOFF - A_MINUTE)
    assert due(unread, SEND_AT) == Agenda((), ("Wire",))
    assert due(unread, SEND_AT + FEED_PATIENCE) == Agenda((DAILY,), ("Wire",))


def test_whoever_comes_late_reads_the_feeds_first():
    late = SEND_AT + timedelta(hours=2)
    assert due(rows(CUTOFF - A_MINUTE), late, acting_since=late) == Agenda((), ("Wire",))
    assert due(rows(CUTOFF - A_MINUTE), late + FEED_PATIENCE, acting_since=late).editions == (DAILY,)
    assert due(rows(late), late, acting_since=late) == Agenda((DAILY,), ())


def test_an_edition_does_not_wait_for_a_feed_that_is_left_alone():
    assert due(rows(CUTOFF - A_MINUTE, waits_until=SEND_AT + A_MINUTE), SEND_AT) == Agenda((DAILY,), ())


@pytest.mark.parametrize(("hours", "act"), [(0, Act.RESUME), (5, Act.SETTLE)])
def test_what_is_published_waits_for_no_feed(hours, act):
    under_way = {TODAY: Standing(EditionStatus.SENDING, SEND_AT + timedelta(hours=4))}
    found = due(rows(LONG_AGO, daily_headlines=under_way), SEND_AT + timedelta(hours=hours)).editions
    assert [str(one) for one in found][:1] == ["daily-headlines/2026-03-14"]
    assert found[0].act is act


def test_each_newsletter_has_its_own_morning():
    ten = SEND_AT + timedelta(hours=4)
    out = {TODAY: Standing(EditionStatus.SENT, ten)}
    assert due(rows(ten, daily_headlines=out), ten).editions == (DueEdition("evening", TODAY, Act.PUBLISH),)


def test_without_a_newsletter_feeds_are_read_all_the_same():
    alone = SETTINGS.model_copy(update={"newsletters": {}})
    assert agenda(alone, Rows({}, {}), CUTOFF, CUTOFF) == Agenda((), ("Wire",))
