"""What is wrong, by facts and time alone: every code can fire, and is explained."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sample_configuration import NEWSLETTER, raw

from digest.alerts.canary_store import CanaryCopy
from digest.alerts.facts import EditionFacts, Facts, NewsletterFacts, RelayTrouble
from digest.alerts.finding import Code
from digest.alerts.findings import findings
from digest.alerts.success import successes
from digest.alerts.wording import ADVICE
from digest.articles.retrieval.source_health import SourceHealth
from digest.editions.edition import EditionStatus
from digest.editions.rehearsal_store import Rehearsed
from digest.settings import Settings

SLUG, FEED = "daily-headlines", "https://wire.example/feed"
SETTINGS = Settings.model_validate(
    raw(
        newsletter=NEWSLETTER | {"cutoff": "05:00", "skip_dates": ["2026-03-15"]},
        sources=[{"name": "Wire", "feed": FEED}],
        smtp={"url": "smtp://relay.example:25"},
        alerts={"switch_urls": {SLUG: "https://switch.example/key"}},
    )
)
TODAY, A_DAY, A_MINUTE = date(2026, 3, 14), timedelta(days=1), timedelta(minutes=1)
SUBJECT = f"{SLUG} of {TODAY}"
CUTOFF, SEND_AT, DEADLINE = (datetime(2026, 3, 14, hour, tzinfo=UTC) for hour in (5, 6, 10))
LONG_AGO = CUTOFF - 90 * A_DAY
HELD, SKIPPED, MISSED, SENDING, SENT = EditionStatus


def edition(status, day=TODAY, *, reason="why", settled=(), eligible=None):
    """Give an edition's row; *settled* is sent, failed, unknown, skipped."""
    at = SEND_AT + (day - TODAY)
    facts = EditionFacts(day, status, reason, at + timedelta(hours=4), at)
    if not settled:
        return facts
    sent, failed, unknown, skipped = settled
    counted = sum(settled) if eligible is None else eligible
    return replace(facts, eligible=counted, sent=sent, failed=failed, unknown=unknown, skipped=skipped)


def whole(day):
    return edition(SENT, day, settled=(1_000, 0, 0, 0))


def copy(day=TODAY, *, is_seen=False):
    return CanaryCopy(SLUG, day, 7, SEND_AT + (day - TODAY), is_seen)


def facts(*editions, tried=None, left=(), known_since=LONG_AGO, canary=(), **more):
    rehearsals = {TODAY: Rehearsed(CUTOFF + A_MINUTE, tried)} if tried != "never" else {}
    known = NewsletterFacts(
        {one.local_date: one for one in editions}, rehearsals, known_since, dict(left), tuple(canary)
    )
    return Facts({SLUG: known}, **{"has_clock": True} | more)


def found(known, now):
    return {(one.code, one.subject): one for one in findings(SETTINGS, known, now)}


def codes(known, now):
    return {one.code for one in findings(SETTINGS, known, now)}


BEFORE = [whole(TODAY - days * A_DAY) for days in range(1, 9)]
STALE = SourceHealth("Wire", FEED, SEND_AT, succeeded_at=SEND_AT - A_DAY, failures=7, problem="it is gone")
UNWELL = RelayTrouble("relay.example:25", "it gives no session", SEND_AT, SEND_AT + 2 * A_MINUTE)
FIRES = {
    Code.EDITION_NOT_READY: (facts(tried="no approval"), SEND_AT - 30 * A_MINUTE),
    Code.EDITION_NOT_STARTED: (facts(), SEND_AT + 5 * A_MINUTE),
    Code.EDITION_HELD: (facts(edition(HELD)), SEND_AT),
    Code.EDITION_SKIPPED: (facts(edition(SKIPPED)), SEND_AT),
    Code.EDITION_MISSED: (facts(edition(MISSED)), DEADLINE),
    Code.EDITION_OPEN: (facts(edition(SENDING)), DEADLINE + 2 * A_MINUTE),
    Code.EQUATION_OPEN: (facts(edition(SENT, settled=(7, 1, 0, 1), eligible=10)), SEND_AT),
    Code.DELIVERIES_UNKNOWN: (facts(edition(SENT, settled=(8, 0, 2, 0))), SEND_AT),
    Code.REFUSED_SPIKE: (facts(*BEFORE, edition(SENT, settled=(900, 100, 0, 0))), SEND_AT),
    Code.LEFT_SPIKE: (facts(*BEFORE, whole(TODAY), left={TODAY: 50}), SEND_AT),
    Code.SOURCE_STALE: (facts(whole(TODAY), healths={"Wire": STALE}), SEND_AT),
    Code.RELAY_UNWELL: (facts(whole(TODAY), troubles=(UNWELL,)), SEND_AT),
    Code.NO_HEARTBEAT: (facts(whole(TODAY), dead_clock="host 7"), SEND_AT),
    Code.CANARY_ABSENT: (facts(whole(TODAY), canary=[copy()]), SEND_AT + 30 * A_MINUTE),
}


@pytest.mark.parametrize("code", Code)
def test_every_code_fires_alone_and_is_explained(code):
    known, now = FIRES[code]
    assert codes(known, now) == {code}
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)$", page, re.MULTILINE) == [one.value for one in Code]
    assert ADVICE[code].to_do


def test_a_wave_of_readers_that_nobody_sends_to_is_told_of():
    wave = SEND_AT + timedelta(hours=1)
    waiting = facts(replace(edition(SENDING), next_wave=wave))
    assert codes(waiting, wave + 4 * A_MINUTE) == set()
    (told,) = found(waiting, wave + 5 * A_MINUTE).values()
    assert (told.code, told.since) == (Code.EDITION_NOT_STARTED, wave + 5 * A_MINUTE)
    assert told.words == (f"{SUBJECT} was due to the next of its readers at 2026-03-14 07:00 UTC, and nobody sends it")


@pytest.mark.parametrize(
    ("known", "now"),
    [
        (facts(tried="no approval"), SEND_AT - 31 * A_MINUTE),
        (facts(tried="never", has_clock=False), SEND_AT - A_MINUTE),  # cron alone rehearses nothing
        (facts(), SEND_AT + 4 * A_MINUTE),
        (facts(tried="never", known_since=DEADLINE), DEADLINE + A_MINUTE),  # nothing was promised
        (facts(tried="never", known_since=SEND_AT + timedelta(hours=1)), SEND_AT + timedelta(hours=1)),
        (facts(edition(HELD, TODAY - A_DAY), whole(TODAY)), SEND_AT),
        (facts(whole(TODAY), edition(SKIPPED, TODAY + A_DAY)), SEND_AT + A_DAY),  # by the calendar
        (facts(edition(SENDING)), DEADLINE),
        (facts(edition(SENT, settled=(8, 0, 2, 0)), known_since=DEADLINE), DEADLINE),  # before anybody watched
        (facts(*BEFORE, edition(SENT, settled=(991, 9, 0, 0))), SEND_AT),
        (facts(edition(SENT, settled=(5, 5, 0, 0))), SEND_AT),  # too few to be a spike
        (facts(whole(TODAY), healths={"Wire": replace(STALE, succeeded_at=SEND_AT - A_DAY + A_MINUTE)}), SEND_AT),
        (facts(whole(TODAY), healths={"Wire": replace(STALE, failures=1)}), SEND_AT),
        (facts(whole(TODAY), healths={"Wire": replace(STALE, feed="https://wire.example/old")}), SEND_AT),
        (facts(whole(TODAY), canary=[copy()]), SEND_AT + 29 * A_MINUTE),
        (facts(whole(TODAY), canary=[copy(TODAY - A_DAY), copy(is_seen=True)]), SEND_AT + A_DAY),
        (facts(whole(TODAY), troubles=(replace(UNWELL, seen_at=SEND_AT + A_MINUTE),)), SEND_AT),
        (facts(whole(TODAY), troubles=(replace(UNWELL, relay="former.example:25"),)), SEND_AT),
    ],
)
def test_what_is_no_trouble_yet_or_any_more_is_none(known, now):
    assert codes(known, now) == set()


def test_what_happens_every_day_is_no_spike():
    usual = [edition(SENT, TODAY - days * A_DAY, settled=(900, 100, 0, 0)) for days in range(8)]
    assert codes(facts(*usual), SEND_AT) == set()
    left = {one.local_date: 50 for one in BEFORE}
    assert codes(facts(*BEFORE, whole(TODAY), left=left | {TODAY: 60}), SEND_AT) == set()


def test_a_source_that_was_never_read_is_stale_after_some_failures():
    never = replace(STALE, succeeded_at=None, failures=4)
    assert codes(facts(whole(TODAY), healths={"Wire": never}), SEND_AT) == set()
    assert codes(facts(whole(TODAY), healths={"Wire": replace(never, failures=5)}), SEND_AT) == {Code.SOURCE_STALE}


def test_one_morning_without_anybody_there_is_one_trouble_after_another():
    known = facts(tried="no approval")
    moments = [SEND_AT - 30 * A_MINUTE, SEND_AT, SEND_AT + 5 * A_MINUTE, DEADLINE, DEADLINE + 2 * A_MINUTE]
    assert [[code for code, _ in found(known, now)] for now in moments] == [
        [Code.EDITION_NOT_READY],
        [],
        [Code.EDITION_NOT_STARTED],
        [],
        [Code.EDITION_MISSED],
    ]
    assert "no approval" in found(known, DEADLINE + 2 * A_MINUTE)[Code.EDITION_MISSED, SUBJECT].words


def test_the_switch_hears_of_what_went_well_and_of_days_without_an_edition():
    known = facts(
        edition(SENT, TODAY - A_DAY, settled=(10, 90, 0, 0)),
        edition(SENT, settled=(90, 10, 0, 0)),
        edition(SKIPPED, TODAY + A_DAY),
    )
    assert list(successes(SETTINGS, known, SEND_AT + A_DAY)) == [f"{SLUG}/2026-03-14", f"{SLUG}/2026-03-15"]
    assert list(successes(SETTINGS, facts(edition(SKIPPED)), SEND_AT)) == []
    assert list(successes(SETTINGS, facts(whole(TODAY)), SEND_AT + 3 * A_DAY)) == []
