"""A newcomer's first morning: init, import, preview, send, send again."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from sqlmodel import select

from digest.database import Database
from digest.delivery.journal import Journal
from digest.delivery.outcome import outcome_of_final_reply
from digest.delivery.recovery import mark_of
from digest.delivery.tables import Delivery
from digest.demo.catcher import Catcher

EDITION = ("daily-headlines", "--date", "2020-03-14")
ONE_IS_ENOUGH = {"DIGEST_NEWSLETTERS__DAILY_HEADLINES__MIN_STORIES": "1"}


def enlist(desk, folder: Path, readers: int) -> None:
    rows = "".join(f"reader{number}@example.org,Reader {number}\n" for number in range(readers))
    (folder / "readers.csv").write_text(f"email,name\n{rows}", encoding="utf-8")
    added = desk("subscribers", "import", "readers.csv", "--newsletter", "daily-headlines", "--provenance", "test")
    assert added.code == 0, added.err


def test_init_writes_a_private_file_that_works_as_it_is_and_never_overwrites_it(digest, tmp_path) -> None:
    assert digest("init").code == 0
    written = (tmp_path / "digest.toml").read_text(encoding="utf-8")
    assert (tmp_path / "digest.toml").stat().st_mode & 0o077 == 0
    assert digest("db", "status").code == 0
    again = digest("init")
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert (tmp_path / "digest.toml").read_text(encoding="utf-8") == written


def test_init_creates_a_database_that_only_its_owner_may_read(digest, tmp_path) -> None:
    assert digest("init").code == 0
    assert (tmp_path / "digest.db").stat().st_mode & 0o077 == 0


def test_init_that_can_not_reach_its_database_says_how_to_go_on(digest, tmp_path) -> None:
    stuck = digest("init", DIGEST_DATABASE__URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert (stuck.code, stuck.err.count("\n")) == (2, 1)
    assert "digest.toml is written, so put that right, then run 'digest db upgrade'" in stuck.err
    assert (tmp_path / "digest.toml").exists()
    assert digest("db", "upgrade").code == 0


def test_every_configuration_has_a_secret_of_its_own(digest, tmp_path) -> None:
    digest("--config", "one.toml", "init")
    digest("--config", "two.toml", "init")
    assert (tmp_path / "one.toml").read_text() != (tmp_path / "two.toml").read_text()


def test_a_preview_writes_the_four_files_and_nothing_into_the_database(desk, tmp_path) -> None:
    before = (tmp_path / "digest.db").read_bytes()
    shown = desk("preview", *EDITION, "--out", "out")
    assert shown.code == 0, shown.err
    assert "min_stories is 3" in shown.out
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["subject"] == "The boats are back"
    assert len(report["sha256"]) == 64
    assert [story["url"] for story in report["stories"]] == ["https://quay.example/storm"]
    assert report["bytes"]["message"] == (tmp_path / "out" / "edition.eml").stat().st_size
    for name in ("edition.html", "edition.txt"):
        assert "The boats are back" in (tmp_path / "out" / name).read_text(encoding="utf-8")
    message = message_from_bytes((tmp_path / "out" / "edition.eml").read_bytes(), policy=default)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert (tmp_path / "digest.db").read_bytes() == before


def test_the_mail_that_goes_out_is_the_one_that_was_previewed(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 1)
    previewed = json.loads(desk("preview", *EDITION, "--json").out)
    sent = desk("send", *EDITION, "--late", "--json", DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    assert json.loads(sent.out)["sha256"] == previewed["sha256"]
    shown_after = json.loads(desk("preview", *EDITION, "--json").out)
    assert shown_after["published"] is True
    assert shown_after["sha256"] == previewed["sha256"]


def test_a_second_send_sends_nothing(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 12)
    send = ("send", *EDITION, "--late", "--json")
    first = desk(*send, DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    second = desk(*send, DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    assert (first.code, second.code) == (0, 0)
    assert json.loads(first.out) == json.loads(second.out)
    assert json.loads(first.out)["sent"] == 12
    assert len(catcher.caught) == len({mail.recipient for mail in catcher.caught}) == 12


def test_too_few_stories_are_said_and_leave_with_one(desk) -> None:
    skipped = desk("send", *EDITION, "--late")
    assert skipped.code == 1
    assert "skipped, 1 story in the window, but min_stories is 3" in skipped.out


def test_a_day_that_has_no_edition_is_in_order(desk) -> None:
    planned = desk("send", *EDITION, "--late", DIGEST_NEWSLETTERS__DAILY_HEADLINES__DAYS="mon,tue")
    assert planned.code == 0
    assert "skipped, 2020-03-14 is a Saturday" in planned.out


def test_a_dry_run_says_what_would_happen(desk, tmp_path) -> None:
    enlist(desk, tmp_path, 3)
    shown = desk("send", *EDITION, "--dry-run", **ONE_IS_ENOUGH)
    assert shown.code == 0
    assert "1 stories, to 3 readers" in shown.out or "1 story, to 3 readers" in shown.out
    assert desk("preview", *EDITION, "--json").out.count('"published": false') == 1


def test_a_test_mail_goes_to_its_address_and_to_nobody_else(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 5)
    mailed = desk(
        "preview", *EDITION, "--to", "editor@example.org", "--to", "art@example.org", DIGEST_SMTP__URL=catcher.url
    )
    assert mailed.code == 0, mailed.err
    mail, other = catcher.caught
    assert (mail.recipient, other.recipient) == ("editor@example.org", "art@example.org")
    assert message_from_bytes(mail.content, policy=default)["Subject"] == "[TEST] The boats are back"


def test_an_editors_subject_and_standfirst_are_used_until_publication(desk, tmp_path, catcher: Catcher) -> None:
    words = ("--subject", "Boats home", "--standfirst", "After a week of storm the fleet is back on the quay at last.")
    assert desk("edition", "retitle", *EDITION, *words).code == 0
    report = json.loads(desk("preview", *EDITION, "--json").out)
    assert (report["subject"], report["standfirst"]) == (words[1], words[3])
    enlist(desk, tmp_path, 1)
    desk("send", *EDITION, "--late", DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    refused = desk("edition", "retitle", *EDITION, "--subject", "Too late")
    assert refused.code == 2
    assert "is published" in refused.err


def test_a_killed_send_loses_nobody_and_mails_nobody_twice(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 300)
    environment = {**os.environ, "DIGEST_SMTP__URL": catcher.url, **ONE_IS_ENOUGH}
    killed = subprocess.Popen(
        [sys.executable, "-c", "from digest.cli import main; main()", "send", *EDITION, "--late"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(catcher.caught) < 40 and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert 40 <= len(catcher.caught) < 300
    finished = desk("send", *EDITION, "--late", "--json", DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    sums = json.loads(finished.out)
    recipients = [mail.recipient for mail in catcher.caught]
    assert len(recipients) == len(set(recipients))
    assert sums["sent"] + sums["unknown"] == sums["eligible"] == 300
    assert sums["unknown"] <= 4  # one for each connection
    assert sums["sent"] <= len(recipients) <= sums["sent"] + sums["unknown"]
    if sums["unknown"]:
        settled = json.loads(desk("reconcile", "daily-headlines", "2020-03-14", "--mark-sent", "--json").out)
        assert (settled["settled"], settled["sent"]) == (sums["unknown"], 300)


def test_a_person_can_not_resend_what_a_dead_senders_journal_says_was_sent(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 2)
    desk("send", *EDITION, "--late", DIGEST_SMTP__URL=catcher.url, **ONE_IS_ENOUGH)
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    now = datetime.now(UTC)
    with database.writing() as session:  # as if its sender had died, and been silent for twenty seconds
        taken, lost = session.exec(select(Delivery).order_by(Delivery.subscriber_id)).all()
        taken.status = lost.status = "unknown"
        taken.claimed_by = lost.claimed_by = "anna"
        journal = Journal.open(tmp_path / "digest-journal", "anna", taken.edition_id, mark_of(database), now)
        journal.begins(taken.subscriber_id, taken.attempts)
        journal.answered(taken.subscriber_id, taken.attempts, outcome_of_final_reply(250, "2.0.0 queued"), now)
        journal.begins(lost.subscriber_id, lost.attempts)
        journal.leave()
    database.close()
    settled = json.loads(desk("reconcile", "daily-headlines", "2020-03-14", "--resend", "--json").out)
    assert (settled["settled"], settled["sent"], settled["deferred"]) == (1, 1, 1)


def test_sigterm_finishes_what_is_in_hand_and_leaves_the_rest_queued(desk, tmp_path, catcher: Catcher) -> None:
    enlist(desk, tmp_path, 300)
    stopped = subprocess.Popen(
        [sys.executable, "-c", "from digest.cli import main; main()", "send", *EDITION, "--late", "--json"],
        cwd=tmp_path,
        env={**os.environ, "DIGEST_SMTP__URL": catcher.url, **ONE_IS_ENOUGH},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(catcher.caught) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    stopped.terminate()
    out, _ = stopped.communicate(timeout=60)
    sums = json.loads(out)
    assert stopped.returncode == 1
    assert sums["unknown"] == sums["failed"] == 0
    assert sums["sent"] == len(catcher.caught) < 300
    assert sums["sent"] + sums["deferred"] == 300
