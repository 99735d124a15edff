"""A month in minutes: 35 mornings of two newsletters in two zones, with everything that may go wrong. `make month`.

Named so that the suite does not collect it: 70 editions are 70 processes. The two clocks are real processes on one
database, told the time; both zones change theirs in this span. Chance, with a seed, says what is killed when.
"""

import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from newsroom import NEWSLETTER, enlist, stock
from running_clock import Newsroom, children
from scripted_relay import PASS
from sqlmodel import col, select
from test_two_clocks import holder, start_clock
from told_time import tell_time

from digest.delivery.tables import Delivery
from digest.editions.calendar import Calendar
from digest.editions.tables import EditionRow
from digest.editions.window import Schedule

FIRST, DAYS = date(2026, 10, 18), 35
READERS, CONNECTIONS = 30, 2
EMPTY, LATE, ASLEEP, SKIPPED = (FIRST + timedelta(days=number) for number in (5, 12, 19, 26))
NIGHTLY = """
[newsletters.nightly]
name = "Nightly"
from = "nightly@quay.example"
timezone = "America/New_York"
min_stories = 2
"""
NEWSLETTERS = (NEWSLETTER, "nightly")
A_MINUTE = timedelta(minutes=1)
CHANCE = random.Random(20261018)  # noqa: S311 - moments, not secrets, and the same ones in every run


@dataclass
class Clocks:
    """The clocks that live, and what was done to them."""

    newsroom: Newsroom
    living: list["subprocess.Popen[str]"] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def fill_up(self) -> None:
        """Let there be two of them."""
        while len(self.living) < 2:
            self.living.append(start_clock(self.newsroom))

    def stop(self) -> None:
        """Tell all to end, and wait for it."""
        for clock in self.living:
            clock.terminate()
        for clock in self.living:
            clock.wait(60)
        self.living.clear()

    def misfortune(self) -> None:
        """Kill the one that acts, or what it has sent to work, or both, or nothing."""
        chosen = CHANCE.choice(["holder", "errands", "both", "nothing", "nothing", "nothing"])
        self.done[chosen] += 1
        acting = next((clock for clock in self.living if clock.pid == holder(self.newsroom)), None)
        if acting is None or chosen == "nothing":
            return
        for process in children(acting.pid) if chosen != "holder" else ():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if chosen != "errands":
            acting.kill()
            acting.wait()
            self.living.remove(acting)


def unhurried(_recipient: str, _times: int) -> str:
    time.sleep(0.005)
    return PASS


@pytest.mark.timeout(3_600)
def test_every_reader_has_every_edition_once_and_every_exception_has_its_record(newsroom: Newsroom) -> None:
    newsroom.relay.at_data = unhurried
    for newsletter in NEWSLETTERS:
        enlist(newsroom.database, READERS, newsletter)
    begin = time.monotonic()
    newsroom.configure(
        more=NIGHTLY, replaced=('timezone = "UTC"', f'timezone = "Europe/Berlin"\nskip_dates = [{SKIPPED}]')
    )
    calendars = {slug: Calendar.of(newsroom.settings.newsletters[slug]) for slug in NEWSLETTERS}
    mornings = sorted(
        ((schedule.send_at, slug, schedule) for slug, calendar in calendars.items() for schedule in every(calendar)),
        key=lambda one: one[:2],
    )
    clocks = Clocks(newsroom)
    tell_time(mornings[0][0] - timedelta(hours=2))
    try:
        for number, (_, slug, schedule) in enumerate(mornings):
            live_through(newsroom, clocks, slug, schedule, first_story=100 * number)
    finally:
        clocks.stop()
    check(newsroom, calendars)
    killed = clocks.done["holder"] + 2 * clocks.done["errands"] + 2 * clocks.done["both"]
    unknown = sum(row.unknown or 0 for row in editions(newsroom))
    assert unknown <= CONNECTIONS * killed
    print(f"{time.monotonic() - begin:.0f} s, {dict(clocks.done)}, {unknown} unknown")  # noqa: T201 - what it is run for


def every(calendar: Calendar) -> list[Schedule]:
    """Return what is expected of each date, as if none were skipped."""
    return [calendar.schedule_on(FIRST + timedelta(days=number), None) for number in range(DAYS)]


def live_through(newsroom: Newsroom, clocks: Clocks, slug: str, schedule: Schedule, first_story: int) -> None:
    """Let one newsletter's morning come and go."""
    day = schedule.local_date
    if day != EMPTY:
        stock(newsroom.database, stories=4, cutoff=schedule.window.end, first=first_story)
    if day in (LATE, ASLEEP):
        clocks.stop()
    else:
        clocks.fill_up()
    tell_time(schedule.send_at)
    if day == ASLEEP:
        tell_time(schedule.deadline + A_MINUTE)
    elif day == LATE:
        tell_time(schedule.deadline - A_MINUTE)
    clocks.fill_up()
    if expected(slug, day) == "sent":
        time.sleep(CHANCE.uniform(0, 2.5))
        clocks.misfortune()
        clocks.fill_up()
    newsroom.wait_for(expected(slug, day), day, slug)


def expected(slug: str, day: date) -> str:
    if day == ASLEEP:
        return "missed"
    # Stories are shared: on the day without any, Berlin, which is ahead, still has New York's of the day before.
    return "skipped" if (slug, day) in ((NEWSLETTER, SKIPPED), ("nightly", EMPTY)) else "sent"


def editions(newsroom: Newsroom) -> list[EditionRow]:
    with newsroom.database.reading() as session:
        return list(session.exec(select(EditionRow).order_by(col(EditionRow.local_date))))


def check(newsroom: Newsroom, calendars: dict[str, Calendar]) -> None:
    rows = editions(newsroom)
    dates = [FIRST + timedelta(days=number) for number in range(DAYS)]
    for slug, calendar in calendars.items():
        own = [row for row in rows if row.newsletter == slug]
        assert [(row.local_date, row.status) for row in own] == [(day, expected(slug, day)) for day in dates]
        sent = [row for row in own if row.status == "sent"]
        assert all(row.reason for row in own if row.status != "sent")
        assert all(row.eligible == READERS == row.sent + row.unknown for row in sent)
        assert all(earlier.window_end == later.window_start for earlier, later in pairwise(sent))
        assert {row.send_at.astimezone(calendar.zone).strftime("%H:%M") for row in own} == {"06:00"}
    with newsroom.database.reading() as session:
        ledger = Counter(session.exec(select(Delivery.status)).all())
    identities = [re.search(rb"(?im)^message-id: (\S+)", content).group(1) for content in newsroom.relay.contents]
    assert len(set(identities)) == len(identities), "a reader has an edition twice"
    assert set(ledger) <= {"sent", "unknown"}
    assert ledger["sent"] <= len(identities) <= ledger.total()
    log = (newsroom.folder / "clocks.log").read_text()
    for told in (f"{ASLEEP}: missed, ", f"{EMPTY}: skipped, no story in the window", f"{SKIPPED} is one of skip_dates"):
        assert told in log
