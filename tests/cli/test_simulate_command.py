"""`digest simulate`: the calendar before it happens."""

import json

ZONE = {"DIGEST_NEWSLETTERS__DAILY_HEADLINES__TIMEZONE": "America/New_York"}
SHOWN = """
date           hours  clock  window from        cut-off            send               deadline
2026-03-07 Sat    24  local  2026-03-06 05:30   2026-03-07 05:30   2026-03-07 06:00   2026-03-07 10:00
                      UTC    2026-03-06 10:30   2026-03-07 10:30   2026-03-07 11:00   2026-03-07 15:00
2026-03-08 Sun    23  local  2026-03-07 05:30   2026-03-08 05:30   2026-03-08 06:00   2026-03-08 10:00
                      UTC    2026-03-07 10:30   2026-03-08 09:30   2026-03-08 10:00   2026-03-08 14:00
"""


def test_each_date_is_told_in_local_time_and_in_utc(desk) -> None:
    told = desk("simulate", "daily-headlines", "--from", "2026-03-07", "--days", "2", **ZONE)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == SHOWN.strip().splitlines()


def test_a_program_reads_instants_in_utc_and_reasons(desk) -> None:
    told = desk(
        *("simulate", "daily-headlines", "--from", "2026-03-08", "--days", "2", "--json"),
        **ZONE,
        DIGEST_NEWSLETTERS__DAILY_HEADLINES__SKIP_DATES="2026-03-09",
        DIGEST_NEWSLETTERS__DAILY_HEADLINES__SETTLE_MINUTES="15",
    )
    first, second = json.loads(told.out)
    assert first.pop("local") == {
        "window_start": "2026-03-07T05:15:00-05:00",
        "window_end": "2026-03-08T05:15:00-04:00",
        "cutoff": "2026-03-08T05:30:00-04:00",
        "send_at": "2026-03-08T06:00:00-04:00",
        "deadline": "2026-03-08T10:00:00-04:00",
    }
    assert first.pop("waves") == []
    assert first == {
        "date": "2026-03-08",
        "window_start": "2026-03-07T10:15:00+00:00",
        "window_end": "2026-03-08T09:15:00+00:00",
        "cutoff": "2026-03-08T09:30:00+00:00",
        "send_at": "2026-03-08T10:00:00+00:00",
        "deadline": "2026-03-08T14:00:00+00:00",
        "hours": 23.0,
        "skipped": False,
        "reason": None,
    }
    assert (second["skipped"], second["reason"]) == (True, "2026-03-09 is one of skip_dates")
    assert second["window_start"] is second["send_at"] is second["hours"] is second["local"]["deadline"] is None


READERS_OWN = {"DIGEST_NEWSLETTERS__DAILY_HEADLINES__MORNINGS": "reader"}


def test_readers_own_mornings_are_told_around_the_earth_or_for_the_zones_asked_for(desk) -> None:
    day = ("simulate", "daily-headlines", "--from", "2026-03-07", "--days", "1")
    told = desk(*day, **ZONE, **READERS_OWN).out.splitlines()
    assert told[3].strip().startswith("on readers' mornings from 2026-03-07 11:00 (America/")
    assert told[3].endswith("waves")
    asked = desk(*day, "--zone", "asia/tokyo", "--zone", "America/Los_Angeles", **ZONE, **READERS_OWN).out.splitlines()
    assert [line.strip() for line in asked[3:]] == [
        "America/Los_Angeles: 2026-03-07 06:00, which is 2026-03-07 14:00 UTC",
        "Asia/Tokyo: 2026-03-08 06:00, which is 2026-03-07 21:00 UTC",
    ]
    (told,) = json.loads(desk(*day, "--zone", "Asia/Tokyo", "--json", **ZONE, **READERS_OWN).out)
    assert told["waves"] == [
        {"send_at": "2026-03-07T21:00:00+00:00", "deadline": "2026-03-08T01:00:00+00:00", "zones": ["Asia/Tokyo"]}
    ]
    assert "'Mars/Base' is no time zone" in desk(*day, "--zone", "Mars/Base").err


def test_by_default_it_begins_today_with_two_weeks_and_needs_no_database(desk, tmp_path) -> None:
    (tmp_path / "digest.db").unlink()
    assert len(json.loads(desk("simulate", "daily-headlines", "--json").out)) == 14


def test_what_can_not_be_simulated_is_one_line_and_exit_code_2(desk) -> None:
    for arguments, said in (
        (("nightly",), "there is no newsletter 'nightly'"),
        (("daily-headlines", "--from", "tomorrow"), "--from 'tomorrow' is no date; write it as 2026-11-22"),
        (("daily-headlines", "--from", "9998-12-31", "--days", "2"), "--days 2 from 9998-12-31 is out of reach"),
    ):
        refused = desk("simulate", *arguments)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert said in refused.err
