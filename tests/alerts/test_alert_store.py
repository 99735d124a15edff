"""An alert opens once and is over once, and every channel is told of both once, whoever looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from newsroom import MORNING

from digest.alerts.finding import Code, Finding
from digest.alerts.store import (
    GIVES_UP_AFTER,
    claim_notices,
    has_due,
    open_alerts,
    reconcile,
    told,
    would_change,
)

A_MINUTE = timedelta(minutes=1)
STARVED = Finding(Code.SOURCE_STALE, "Wire", MORNING, "Wire was never read")
LATE = Finding(Code.EDITION_NOT_STARTED, "morning of 2026-03-14", MORNING, "it is late")
MISSED = Finding(Code.EDITION_MISSED, "morning of 2026-03-14", MORNING, "it was missed")
CHANNELS = ("ops@quay.example", "webhook")


def look(database, *found, now=MORNING, judged=frozenset(Code), channels=CHANNELS):
    with database.writing() as session:
        change = reconcile(session, found, judged, channels, now)
    return [one.finding.code for one in change.opened], [one.finding.code for one in change.over]


def hear(database, now=MORNING, problem=None, channel=None):
    """Take what is due in hand and report *problem* of it, or of what goes by *channel*; say what it was."""
    with database.writing() as session:
        notices = claim_notices(session, now)
        for one in notices:
            told(session, one, problem if channel in (None, one.channel) else None, now)
    return sorted((one.channel, one.about.partition(" ")[2], one.alert.finding.code) for one in notices)


def both(event, code):
    return [(channel, event, code) for channel in CHANNELS]


def test_it_is_told_once_and_once_more_when_it_is_over(database):
    assert look(database, STARVED) == ([Code.SOURCE_STALE], [])
    assert look(database, STARVED) == ([], [])
    assert hear(database) == both("opened", Code.SOURCE_STALE)
    assert hear(database, MORNING + timedelta(days=9)) == []
    assert look(database) == ([], [Code.SOURCE_STALE])
    assert look(database) == ([], [])
    assert hear(database) == both("over", Code.SOURCE_STALE)
    assert look(database, STARVED) == ([Code.SOURCE_STALE], [])
    assert hear(database) == both("opened", Code.SOURCE_STALE)


def test_many_that_look_at_once_open_and_tell_it_once(database):
    with ThreadPoolExecutor(4) as pool:
        opened = [one for done in pool.map(lambda _: look(database, STARVED, LATE), range(8)) for one in done[0]]
        heard = [one for done in pool.map(lambda _: hear(database), range(8)) for one in done]
        over = [one for done in pool.map(lambda _: look(database), range(8)) for one in done[1]]
    assert sorted(opened) == sorted(over) == [Code.EDITION_NOT_STARTED, Code.SOURCE_STALE]
    assert sorted(heard) == sorted(both("opened", Code.SOURCE_STALE) + both("opened", Code.EDITION_NOT_STARTED))


def test_a_trouble_that_turns_into_another_ends_without_a_word(database):
    look(database, LATE)
    hear(database)
    assert look(database, MISSED) == ([Code.EDITION_MISSED], [Code.EDITION_NOT_STARTED])
    assert hear(database) == both("opened", Code.EDITION_MISSED)
    look(database)
    assert hear(database) == both("over", Code.EDITION_MISSED)


def test_who_never_heard_of_it_hears_only_that_it_is_over(database):
    look(database, STARVED)
    assert hear(database, problem="away", channel="webhook") == both("opened", Code.SOURCE_STALE)
    look(database)
    assert hear(database, MORNING + A_MINUTE) == both("over", Code.SOURCE_STALE)
    assert hear(database, MORNING + timedelta(days=1)) == []


def test_what_could_not_be_told_is_tried_ever_less_often_and_at_last_given_up(database):
    look(database, STARVED, channels=["webhook"])
    now, tries = MORNING, []
    while now < MORNING + GIVES_UP_AFTER + timedelta(hours=3):
        if hear(database, now, problem="away"):
            tries.append(now - MORNING)
        now += 2 * A_MINUTE if len(tries) < 6 else 30 * A_MINUTE
    assert [wait // A_MINUTE for wait in tries[:6]] == [0, 2, 6, 14, 30, 62]
    assert max(later - earlier for earlier, later in pairwise(tries)) == timedelta(hours=1)
    assert GIVES_UP_AFTER <= tries[-1] < GIVES_UP_AFTER + timedelta(hours=1)
    with database.reading() as session:
        assert not has_due(session, now + timedelta(days=30))


def test_one_who_dies_while_telling_leaves_it_to_the_next(database):
    look(database, STARVED, channels=["webhook"])
    with database.writing() as session:
        assert len(claim_notices(session, MORNING)) == 1
    assert hear(database, MORNING + A_MINUTE) == []
    assert len(hear(database, MORNING + 2 * A_MINUTE)) == 1


@pytest.mark.parametrize("judged", [frozenset(Code) - {Code.SOURCE_STALE}])
def test_what_was_not_judged_stays_as_it_is(database, judged):
    look(database, STARVED)
    assert look(database, judged=judged) == ([], [])
    with database.reading() as session:
        assert [one.finding for one in open_alerts(session)] == [STARVED]
        assert not would_change(session, [], judged)
        assert would_change(session, [], frozenset(Code))
