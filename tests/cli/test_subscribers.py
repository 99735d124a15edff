"""Readers brought in, taken out and forgotten, as an operator does it."""

import csv
import json
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli.private_file import create_private
from digest.cli.rejects import MOST_TOLD, free_name_beside, rejects_file
from digest.database import Database
from digest.delivery.reader_story import ReaderStory
from digest.errors import BadInputError
from subscribers.record import ConsentEvent, RecordedReader, RecordedSubscription
from subscribers.signup_tables import SystemMail
from subscribers.suppression_store import suppress
from subscribers.tokens import keyring
from subscribers.transfer import RejectedRow

BROKEN = MOST_TOLD + 5
ON = ("--newsletter", "daily-headlines", "--provenance", "paper sheets, spring 2026")


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def is_private(file: Path) -> bool:
    return stat.S_IMODE(file.stat().st_mode) == 0o600


def test_every_rejected_row_is_in_a_file_and_can_be_put_right(desk, tmp_path: Path) -> None:
    lines = ["email,name", "ann@example.org,Ann", *(f"=nobody{number},X" for number in range(BROKEN))]
    (tmp_path / "readers.csv").write_text("\n".join(lines), encoding="utf-8")
    first = desk("subscribers", "import", "readers.csv", *ON)
    assert first.code == 1
    assert first.out == (
        f"1 added, 0 unchanged, 0 had left and stay away, {BROKEN} rejected, which are in readers.rejected.csv\n"
    )
    told = first.err.splitlines()
    assert told[0].startswith("rejected readers.csv:3: '=nobody0' is not an email address")
    assert told[MOST_TOLD:] == ["... and 5 more"]
    rejected = tmp_path / "readers.rejected.csv"
    assert is_private(rejected)
    header, *rows = cells(rejected.read_text(encoding="utf-8"))
    assert header == ["line", "reason", "row"]
    assert [(line, row) for line, _, row in rows] == [(str(n + 3), f"'=nobody{n},X") for n in range(BROKEN)]
    again = desk("subscribers", "import", "readers.csv", *ON, "--json")
    assert json.loads(again.out) == {
        "added": 0,
        "unchanged": 1,
        "kept_away": 0,
        "rejected": BROKEN,
        "rejected_file": "readers.rejected-2.csv",
    }


def test_readers_go_out_and_are_forgotten(desk, tmp_path: Path) -> None:
    (tmp_path / "readers.csv").write_text("email,name\nann@example.org,=1+1\nbob@example.org,Bob\n", encoding="utf-8")
    brought = desk("subscribers", "import", "readers.csv", *ON)
    assert (brought.code, brought.err) == (0, "")
    assert [file.name for file in tmp_path.glob("*.csv")] == ["readers.csv"]
    out = desk("subscribers", "export", "--out", "out.csv", "--status", "active")
    assert (out.code, out.err) == (0, "2 rows in out.csv\n")
    assert is_private(tmp_path / "out.csv")
    refused = desk("subscribers", "forget", "ann@example.org")
    assert (refused.code, refused.err) == (2, "digest: this can't be undone: say --yes\n")
    done = desk("subscribers", "forget", "Ann@Example.org", "--yes")
    assert (done.code, done.out) == (0, "forgotten: 1 subscriptions, 2 consent records erased\n")
    shown = desk("subscribers", "show", "ann@example.org").out.splitlines()
    assert shown[0] == "ann@example.org is no reader's address"
    assert shown[1].endswith(": forgotten at the reader's wish")
    back = desk("subscribers", "import", "out.csv", *ON)
    assert back.out.startswith("0 added, 1 unchanged, 0 had left and stay away, 1 rejected")
    exported = cells(desk("subscribers", "export", "--newsletter", "daily-headlines").out)
    assert [row[:4] for row in exported[1:]] == [["bob@example.org", "Bob", "daily-headlines", "active"]]


def test_whoever_was_asked_in_vain_three_times_is_let_in_again_by_an_operator(desk, tmp_path: Path) -> None:
    ring = keyring([tomllib.loads((tmp_path / "digest.toml").read_text(encoding="utf-8"))["site"]["secret"]])
    then = datetime(2026, 3, 14, 6, tzinfo=UTC)
    asked = {"kind": "confirm", "subscriber_id": 1, "status": "sent", "created_at": then, "due_at": then}
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    with database.writing() as session:
        theirs = {**asked, "address_hash": ring.address_hash("ann@example.org"), "changed_at": then}
        session.add_all([SystemMail(**theirs) for _ in range(3)])
        suppress(session, "bob@example.org", keyring=ring, reason="complaint", now=then)
    database.close()
    done = desk("subscribers", "excuse", "Ann@Example.org")
    assert (done.code, done.out) == (
        0,
        "ann@example.org may sign up again: 3 mails without an answer no longer count\n",
    )
    told = desk("subscribers", "show", "ann@example.org").out.splitlines()
    assert [", excused 2" in line for line in told] == [False, True, True, True]
    again = desk("subscribers", "excuse", "ann@example.org")
    assert (again.code, again.err) == (1, "no mail to ann@example.org is without an answer\n")
    stopped = desk("subscribers", "excuse", "bob@example.org")
    assert (stopped.code, stopped.err) == (2, "digest: bob@example.org must not be mailed: complaint\n")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("export", "--status", "asleep"), "there is no status 'asleep'; there is pending, active"),
        (("import", "storm.txt", *ON, "--rejected", "digest.toml"), "digest.toml is there already"),
    ],
)
def test_what_an_operator_mistypes_harms_nothing(desk, tmp_path: Path, command: tuple[str, ...], words: str) -> None:
    before = (tmp_path / "digest.toml").read_bytes()
    run = desk("subscribers", *command)
    assert run.code == 2
    assert words in run.err
    assert (tmp_path / "digest.toml").read_bytes() == before


def test_a_file_without_rejected_rows_leaves_none(tmp_path: Path) -> None:
    path = free_name_beside(tmp_path / "readers.csv")
    with rejects_file(path):
        assert path.exists()  # made at once: that it can't be written is known before anything is imported
    assert list(tmp_path.iterdir()) == []


def test_rejected_rows_outlive_an_import_that_breaks_off(tmp_path: Path) -> None:
    def break_off() -> None:
        with rejects_file(tmp_path / "r.csv") as rejects:
            rejects.add(RejectedRow(3, "why", 'a "b",c'))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert cells((tmp_path / "r.csv").read_text(encoding="utf-8"))[1:] == [["3", "why", 'a "b",c']]


def test_a_file_that_can_not_be_made_is_named_and_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"old\.csv is there already"):
        create_private(tmp_path / "old.csv")
    assert (tmp_path / "old.csv").read_text(encoding="utf-8") == "old"
    with pytest.raises(BadInputError, match="nowhere"):
        create_private(tmp_path / "nowhere" / "r.csv")


def test_a_story_tells_the_form_the_pause_and_when_they_agreed() -> None:
    asked, agreed = datetime(2026, 3, 14, 5, 30, tzinfo=UTC), datetime(2026, 3, 14, 5, 31, tzinfo=UTC)
    form = ConsentEvent("sign_up", asked, "the form", "a1b2", "192.0.2.0", "https://quay.example/\x1b[2J")
    paused = RecordedSubscription(
        1, "daily", "paused", agreed + timedelta(days=1), (form,), agreed, agreed + timedelta(days=8)
    )
    pending = RecordedSubscription(2, "weekly", "pending", asked, ())
    reader = RecordedReader(7, "ann@example.org", "", asked, (paused, pending))
    assert list(ReaderStory(reader, None, []).lines("ann@example.org"))[1:] == [
        "daily: paused since 2026-03-15 05:31:00, until 2026-03-22 05:31:00, confirmed 2026-03-14 05:31:00",
        "  2026-03-14 05:30:00 sign_up: the form (wording a1b2, from 192.0.2.0, on https://quay.example/ [2J)",
        "weekly: pending since 2026-03-14 05:30:00, never confirmed",
    ]
