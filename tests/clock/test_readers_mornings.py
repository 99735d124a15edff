"""Readers' mornings, with real processes and a clock that is told the time: everybody once, at their own hour."""

import os
import signal
import time
from collections import Counter
from datetime import datetime, timedelta

from newsroom import DAY, MORNING, NEWSLETTER, enlist, stock
from running_clock import Newsroom, children, on_sqlite, wait_for
from scripted_relay import PASS
from sqlmodel import select
from told_time import tell_time

from digest.alerts.facts_store import read_facts
from digest.delivery.tables import Delivery
from subscribers.record import find_reader
from subscribers.store import change_standing, keep_timezone
from subscribers.subscriber import SubscriptionEvent

READERS_OWN = ("min_stories = 2", 'min_stories = 2\nmornings = "reader"')
AN_HOUR = timedelta(hours=1)
# The newsletter comes at six in UTC; New York, where the clocks went forward a week ago, wakes four hours later.
NEW_YORK, TOKYO = MORNING + 4 * AN_HOUR, MORNING + 15 * AN_HOUR


def live_in(newsroom: Newsroom, zone: str, *readers: str) -> None:
    with newsroom.database.writing() as session:
        assert all(keep_timezone(session, reader, zone) for reader in readers)


def around_the_earth(newsroom: Newsroom) -> tuple[str, str, str]:
    """Stock the newsroom; let one reader live wherever, one in New York and one in Tokyo."""
    stock(newsroom.database)
    here, west, east = newsroom.readers
    live_in(newsroom, "America/New_York", west)
    live_in(newsroom, "Asia/Tokyo", east)
    return here, west, east


def leave(newsroom: Newsroom, address: str) -> None:
    with newsroom.database.writing() as session:
        reader = find_reader(session, address)
        assert reader
        number = reader.subscriptions[0].subscription_id
        change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="test", now=NEW_YORK)


def standings(newsroom: Newsroom) -> Counter[str]:
    with newsroom.database.reading() as session:
        return Counter(session.exec(select(Delivery.status)).all())


def test_each_reader_has_the_edition_once_in_their_own_morning_and_nothing_sits_between(newsroom: Newsroom) -> None:
    here, west, east = around_the_earth(newsroom)
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: newsroom.relay.accepted == [here])
        wait_for(lambda: any("it goes on at 2026-03-14 10:00 UTC" in told for told in newsroom.told))
        assert children(os.getpid()) == []
        tell_time(NEW_YORK - timedelta(seconds=1))
        time.sleep(0.3)
        assert (newsroom.relay.accepted, children(os.getpid())) == ([here], [])
        tell_time(NEW_YORK)
        wait_for(lambda: newsroom.relay.accepted == [here, west])
    with newsroom.clock(TOKYO, replaced=READERS_OWN):  # another one, after a restart
        row = newsroom.wait_for("sent")
    assert newsroom.relay.accepted == [here, west, east]
    assert (row.eligible, row.sent, row.deadline) == (3, 3, TOKYO + 4 * AN_HOUR)


@on_sqlite
def test_who_leaves_before_their_morning_gets_nothing_and_who_moves_gets_it_once(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    here, west, east = newsroom.readers
    live_in(newsroom, "America/New_York", west, east)
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: newsroom.relay.accepted == [here])
        leave(newsroom, west)
        live_in(newsroom, "Asia/Tokyo", here, east)  # what is on its way stays due when it was
        tell_time(NEW_YORK)
        row = newsroom.wait_for("sent")
    assert newsroom.relay.accepted == [here, east]
    assert (row.sent, row.skipped) == (2, 1)


@on_sqlite
def test_a_morning_on_which_nobody_was_there_until_it_was_over_is_no_ones_noon(newsroom: Newsroom) -> None:
    here, _, east = around_the_earth(newsroom)
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: newsroom.relay.accepted == [here])
    with newsroom.clock(NEW_YORK + 4 * AN_HOUR, replaced=READERS_OWN):
        wait_for(lambda: standings(newsroom)["failed"] == 1)
        tell_time(TOKYO)
        row = newsroom.wait_for("sent")
    assert newsroom.relay.accepted == [here, east]
    assert (row.sent, row.failed) == (2, 1)


def test_the_operators_hear_of_readers_who_wake_while_nobody_sends(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    live_in(newsroom, "America/New_York", newsroom.readers[1])
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: any("it goes on at" in told for told in newsroom.told))

    def waves() -> list[datetime | None]:
        with newsroom.database.reading() as session:
            known = read_facts(session, newsroom.settings, NEW_YORK, clock_is_dead=False)
        return [one.next_wave for one in known.newsletters[NEWSLETTER].editions.values()]

    assert waves() == [NEW_YORK]
    with newsroom.clock(NEW_YORK, replaced=READERS_OWN):
        newsroom.wait_for("sent")
    assert waves() == [None]


@on_sqlite
def test_a_sender_killed_inside_a_morning_is_followed_by_another_and_nobody_has_it_twice(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    readers = enlist(newsroom.database, 40)
    live_in(newsroom, "America/New_York", *readers[20:])
    newsroom.relay.at_data = unhurried
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: len(newsroom.relay.accepted) > 3)
        (sender,) = children(os.getpid())
        os.kill(sender, signal.SIGKILL)
        wait_for(lambda: any("it goes on at" in told for told in newsroom.told))
        assert set(newsroom.relay.offered) <= set(readers[:20])
        tell_time(NEW_YORK)
        wait_for(lambda: len(newsroom.relay.accepted) > 23)
        (sender,) = children(os.getpid())
        os.kill(sender, signal.SIGKILL)
        row = newsroom.wait_for("sent")
    assert (row.eligible, row.failed) == (40, 0)
    assert row.sent + row.unknown == 40
    assert row.unknown <= 4  # one for each connection of the two that were killed
    assert max(Counter(newsroom.relay.offered).values()) == 1


@on_sqlite
def test_the_next_edition_is_made_while_the_last_is_still_on_its_way(newsroom: Newsroom) -> None:
    stock(newsroom.database)
    here, west, east = newsroom.readers
    live_in(newsroom, "Asia/Tokyo", east)
    live_in(newsroom, "Africa/Cairo", west)  # two hours east: six there was before this edition was made
    a_day = timedelta(days=1)
    with newsroom.clock(MORNING, replaced=READERS_OWN):
        wait_for(lambda: newsroom.relay.accepted == [here])
        tell_time(TOKYO)
        wait_for(lambda: newsroom.relay.accepted == [here, east])
        stock(newsroom.database, cutoff=MORNING + a_day - timedelta(minutes=30), first=20)
        tell_time(MORNING + a_day)
        newsroom.wait_for("sending", DAY + a_day)
        newsroom.wait_for("sent", DAY)
        wait_for(lambda: len(newsroom.relay.accepted) == 4)
    assert Counter(newsroom.relay.accepted) == {here: 2, east: 1, west: 1}


def unhurried(_recipient: str, _times: int) -> str:
    time.sleep(0.05)
    return PASS
