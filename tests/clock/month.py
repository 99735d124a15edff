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
from listener import Listener
from newsroom import NEWSLETTER, enlist, stock
from running_clock import Newsroom, children, wait_for
from scripted_relay import PASS
from sqlmodel import col, select
from test_two_clocks import holder, start_clock
from told_time import tell_time

from digest.alerts.tables import AlertRow, NoticeRow
from digest.delivery.tables import Delivery
from digest.editions.calendar import Calendar
from digest.editions.tables import EditionRow
from digest.editions.window import Schedule

FIRST, DAYS = date(2026, 10, 18), 35
READERS, CONNECTIONS = 30, 2
EMPTY, LATE, ASLEEP, SKIPPED = (FIRST + timedelta(days=number) for number in (5, 12, 19, 26))
OUTAGE = [FIRST + timedelta(days=number) for number in (8, 9, 10)]  # of a feed
NIGHTLY = """
[newsletters.nightly]
name = "Nightly"
from = "nightly@quay.example"
timezone = "America/New_York"
min_stories = 2

[fetching]
private_hosts = ["127.0.0.1"]
[[sources]]
name = "Wire"
feed = "{feed}/wire.xml"
[alerts]
to = ["night@quay.example"]
"""
FEED = b"""<rss version="2.0"><channel><title>Wire</title><item><title>An old story of the ferry and the harbour</title>
<link>https://wire.example/1</link><pubDate>Sat, 14 Mar 2020 05:00:00 GMT</pubDate></item></channel></rss>"""
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
    with Listener(body=FEED) as wire:
        live_through_all(newsroom, wire)


def live_through_all(newsroom: Newsroom, wire: Listener) -> None:
    begin = time.monotonic()
    newsroom.configure(
        more=NIGHTLY.format(feed=wire.url),
        replaced=('timezone = "UTC"', f'timezone = "Europe/Berlin"\nskip_dates = [{SKIPPED}]'),
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
            wire.status = 500 if schedule.local_date in OUTAGE else 200
            live_through(newsroom, clocks, slug, schedule, first_story=100 * number)
        wait_for(lambda: not untold(newsroom))
    finally:
        clocks.stop()
    check(newsroom, calendars)
    check_alerts(newsroom)
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
    identities = [identity(content) for content in newsroom.relay.contents if not is_alert(content)]
    assert len(set(identities)) == len(identities), "a reader has an edition twice"
    assert set(ledger) <= {"sent", "unknown"}
    assert ledger["sent"] <= len(identities) <= ledger.total()
    log = (newsroom.folder / "clocks.log").read_text()
    for told in (f"{ASLEEP}: missed, ", f"{EMPTY}: skipped, no story in the window", f"{SKIPPED} is one of skip_dates"):
        assert told in log


def identity(content: bytes) -> bytes:
    found = re.search(rb"(?im)^message-id: (\S+)", content)
    assert found
    return found.group(1)


def is_alert(content: bytes) -> bool:
    return b"night@quay.example" in content.partition(b"\r\n\r\n")[0]


def untold(newsroom: Newsroom) -> list[NoticeRow]:
    with newsroom.database.reading() as session:
        return list(session.exec(select(NoticeRow).where(col(NoticeRow.done_at).is_(None))))


def check_alerts(newsroom: Newsroom) -> None:
    """Each exception has its alert, which opened once and was over once, and was told in one mail each."""
    with newsroom.database.reading() as session:
        alerts = [(one.code, one.subject, one.over_at is not None) for one in session.exec(select(AlertRow))]
        notices = len(session.exec(select(NoticeRow)).all())
    of_both = [("edition-not-started", LATE), ("edition-missed", ASLEEP)]
    expected_ones = [(code, f"{slug} of {day}", True) for code, day in of_both for slug in NEWSLETTERS]
    expected_ones += [("edition-skipped", f"nightly of {EMPTY}", True), ("source-stale", "Wire", True)]
    expected_ones += [
        ("deliveries-unknown", f"{row.newsletter} of {row.local_date}", False)
        for row in editions(newsroom)
        if row.unknown
    ]
    assert sorted(alerts) == sorted(expected_ones)
    told = {identity(content) for content in newsroom.relay.contents if is_alert(content)}
    assert len(told) == notices == len(alerts) + sum(is_over for _, _, is_over in alerts)
