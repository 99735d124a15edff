"""What an editor may do to an edition, and what a preview tells and leaves behind."""

import hashlib
import json
import os
import subprocess
import sys
from email import message_from_bytes

import pytest
from desk_folder import Digest

from digest.demo.catcher import Catcher

EDITION = ("daily-headlines", "--date", "2020-03-14")
DAILY = "DIGEST_NEWSLETTERS__DAILY_HEADLINES"
STANDFIRST = "After a week of storm the fleet is back on the quay at last."


def refused(run, *words: str) -> None:
    assert run.code == 2, run
    assert run.err.strip().count("\n") == 0, run.err
    for word in words:
        assert word in run.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--subject", "Re: the boats"), "like a reply"),
        (("--subject", "FWD: the boats"), "like a reply"),
        (("--subject", " "), "0 characters"),
        (("--subject", "x" * 121), "121 characters"),
        (("--standfirst", ""), "0 characters"),
        (("--standfirst", "Too short"), "9 characters"),
        (("--standfirst", "x" * 131), "131 characters"),
        (("--subject", STANDFIRST.upper(), "--standfirst", STANDFIRST), "say the same"),
        ((), "say what"),
        (("--subject", "The fleet is home", "--remove"), "say what"),
    ],
)
def test_words_that_may_not_stand_in_a_mail_are_refused(desk: Digest, words, why) -> None:
    refused(desk("edition", "retitle", *EDITION, *words), why)
    assert json.loads(desk("preview", *EDITION, "--json").out)["subject"] == "The boats are back"


def test_a_standfirst_is_held_against_the_subject_that_stands_already(desk: Digest) -> None:
    assert desk("edition", "retitle", *EDITION, "--subject", STANDFIRST).code == 0
    refused(desk("edition", "retitle", *EDITION, "--standfirst", STANDFIRST), "--standfirst", "say the same")


def test_words_of_an_editors_own_are_taken_back(desk: Digest) -> None:
    assert desk("edition", "retitle", *EDITION, "--subject", "The fleet is home").code == 0
    assert json.loads(desk("preview", *EDITION, "--json").out)["subject"] == "The fleet is home"
    back = desk("edition", "retitle", *EDITION, "--remove")
    assert back.out == "subject and standfirst of daily-headlines 2020-03-14: taken back\n"
    assert json.loads(desk("preview", *EDITION, "--json").out)["subject"] == "The boats are back"
    assert json.loads(desk("edition", "show", *EDITION, "--json").out)["texts"] == []


@pytest.mark.parametrize("words", [("pin", "boats"), ("drop", "boats"), ("note", "A word."), ("retitle", "--remove")])
def test_about_a_day_without_an_edition_nothing_is_decided(desk: Digest, words) -> None:
    off = {f"{DAILY}__SKIP_DATES": '["2020-03-14"]'}
    command, *rest = words
    refused(desk("edition", command, "daily-headlines", *rest, "--date", "2020-03-14", **off), "has no edition on 2020")


def test_an_editor_approves_what_the_preview_shows(desk: Digest) -> None:
    shown = json.loads(desk("preview", *EDITION, "--json", **{f"{DAILY}__APPROVAL": "true"}).out)
    sha256 = shown["sha256"]
    command = f"digest edition approve daily-headlines --date 2020-03-14 --sha256 {sha256[:12]}"
    assert f"it waits for its approval: '{command}'" in shown["warnings"]
    approved = desk("edition", "approve", *EDITION, "--sha256", f" {sha256[:12].upper()} ", "--editor", "kim")
    assert (approved.code, approved.out) == (0, f"daily-headlines 2020-03-14 is approved as {sha256}\n")
    assert "has no approval = true, so it is sent without one as well" in approved.err
    assert "it would be skipped all the same: 1 story in the window" in approved.err


@pytest.mark.parametrize("text", ["0123456789a", "x" * 64])
def test_what_is_no_hash_approves_nothing(desk: Digest, text: str) -> None:
    refused(desk("edition", "approve", *EDITION, "--sha256", text), "is no hash", "12 to 64 digits")


def test_without_a_story_there_is_nothing_to_approve(desk: Digest) -> None:
    early = desk("edition", "approve", "daily-headlines", "--date", "1990-01-01", "--sha256", "0" * 64)
    assert (early.code, "there is nothing to approve" in early.err) == (1, True)


def test_where_approval_is_on_nothing_is_sent_before_it_and_nothing_else_after_it(
    desk: Digest, catcher: Catcher, tmp_path
) -> None:
    (tmp_path / "readers.csv").write_text("email\nada@example.org\n", encoding="utf-8")
    imported = ("--newsletter", "daily-headlines", "--provenance", "test")
    assert desk("subscribers", "import", "readers.csv", *imported).code == 0
    settings = {f"{DAILY}__APPROVAL": "true", f"{DAILY}__MIN_STORIES": "1", "DIGEST_SMTP__URL": catcher.url}

    def held_back(why: str) -> list[str]:
        """Try to send; give the words of the command that the refusal ends with."""
        tried = desk("send", *EDITION, "--late", **settings)
        assert (tried.code, catcher.caught) == (1, [])
        assert why in tried.err
        return tried.err.strip().rpartition("'digest ")[2].removesuffix("'").split()

    first = held_back("nothing was approved yet")
    assert desk(*first, **settings).code == 0
    assert desk("edition", "retitle", *EDITION, "--subject", "Another subject").code == 0
    second = held_back("was approved")
    outdated = desk(*first, **settings)
    assert (outdated.code, "it is not what you looked at; look again with 'digest preview" in outdated.err) == (1, True)
    assert desk(*second, **settings).code == 0
    assert desk("send", *EDITION, "--late", **settings).code == 0
    assert len(catcher.caught) == 1


def test_a_number_of_readers_that_is_far_off_stops_the_sending(desk: Digest, catcher: Catcher) -> None:
    settings = {f"{DAILY}__MIN_STORIES": "1", "DIGEST_SMTP__URL": catcher.url}
    sending = ("send", *EDITION, "--late", "--expect-recipients", "3")
    rehearsed = desk(*sending, "--dry-run", **settings)
    assert "It would not go out now: daily-headlines 2020-03-14 is not sent: 0 readers would get it" in rehearsed.out
    off = desk(*sending, **settings)
    assert (off.code, "0 readers would get it, but 3 were expected" in off.err) == (1, True)


def test_what_an_editor_decides_about_stories_is_shown_with_who_and_can_be_undone(desk: Digest, tmp_path) -> None:
    nets = ("--source", "The Quay Times", "--own", "--published", "2020-03-13T15:00Z")
    (tmp_path / "nets.txt").write_text("The nets are dry again, and the weavers go home.\n", encoding="utf-8")
    address = "https://quay.example/nets"
    assert desk("articles", "import", "nets.txt", *nets, "--headline", "Dry nets", "--url", address).code == 0

    def decide(*words: str) -> str:
        done = desk("edition", *words, "--date", "2020-03-14", "--editor", "kim")
        assert done.code == 0, done.err
        return done.out

    assert "it is no. 1, in lead" in decide("move", "daily-headlines", "BOATS", "--to", "Lead")
    assert "it is not in the edition" in decide("drop", "daily-headlines", address)
    decide("note", "daily-headlines", "Good morning.\x07\n\nIt rains.")
    decide("correct", "daily-headlines", "It was not a whale.")
    decide("correct", "daily-headlines", "--remove")
    decide("correct", "daily-headlines", "It was a seal.")
    decide("correct", "daily-headlines", "It was two\nseals.")
    shown = json.loads(desk("edition", "show", *EDITION, "--json").out)
    assert [story["headline"] for story in shown["stories"]] == ["The boats are back"]
    assert [(one["act"], one["url"], one["place"], one["editor"]) for one in shown["overrides"]] == [
        ("move", "https://quay.example/storm", "lead", "kim"), ("drop", address, None, "kim"),
    ]  # fmt: skip
    assert [(one["kind"], one["text"], one["editor"]) for one in shown["texts"]] == [
        ("note", "Good morning.\nIt rains.", "kim"),
        ("correction", "It was a seal.", "kim"),
        ("correction", "It was two seals.", "kim"),
    ]
    assert desk("preview", *EDITION, "--out", "seen").code == 0
    seen = (tmp_path / "seen" / "edition.txt").read_text(encoding="utf-8")
    assert "Good morning.\n\nIt rains.\n" in seen
    assert "Corrections\n-----------\n\nIt was a seal.\n\nIt was two seals.\n" in seen
    assert f"was dropped by kim, {shown['overrides'][1]['at'][:10]}" in desk("edition", "show", *EDITION).out
    assert "it is no. 2, in second rank" in decide("drop", "daily-headlines", "dry nets", "--undo")
    decide("note", "daily-headlines", "--remove")
    decide("correct", "daily-headlines", "--remove")
    again = json.loads(desk("edition", "show", *EDITION, "--json").out)
    assert (len(again["stories"]), len(again["overrides"]), again["texts"]) == (2, 1, [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pin", "daily-headlines", "cows"), ("no story of the edition has 'cows'", "give its whole address")),
        (("pin", "daily-headlines", "https://quay.example/x"), ("no stored article has the address",)),
        (("drop", "daily-headlines", "https://"), ("is no story's address",)),
        (("drop", "daily-headlines", "boats", "--undo"), ("nothing to undo",)),
        (("move", "daily-headlines", "boats"), ("say where",)),
        (("move", "daily-headlines", "boats", "--to", "Mars"), ("there are lead, front, Nation, World",)),
        (("note", "daily-headlines"), ("say what",)),
        (("note", "daily-headlines", "x" * 2001), ("2001 characters",)),
        (("correct", "daily-headlines"), ("say what",)),
        (("correct", "daily-headlines", "x" * 501), ("501 characters",)),
        (("note", "daily-headlines", "Write to x@address.slot.invalid"), ("slot.invalid",)),
    ],
)
def test_a_decision_that_can_not_be_meant_is_refused(desk: Digest, words, told) -> None:
    refused(desk("edition", *words, "--date", "2020-03-14"), *told)


def test_a_pin_that_can_not_be_carried_out_is_refused_and_leaves_nothing(desk: Digest, tmp_path) -> None:
    secret = {
        "url": "https://quay.example/secret", "source": "The Quay Times", "headline": "A secret", "body": "Hush.",
        "published": "2020-03-13T15:00Z", "not_before": "2020-03-14T12:00Z",
    }  # fmt: skip
    (tmp_path / "secret.json").write_text(json.dumps(secret), encoding="utf-8")
    assert desk("articles", "import", "secret.json").code == 0
    refused(desk("edition", "pin", *EDITION, secret["url"]), "can't stand in it: held back until 2020-03-14 12:00 UTC")
    assert json.loads(desk("edition", "show", *EDITION, "--json").out)["overrides"] == []


def test_what_can_not_stand_where_it_is_moved_is_refused_and_what_no_longer_does_is_told(
    desk: Digest, tmp_path
) -> None:
    stories = [
        {"url": f"https://quay.example/{n}", "source": "The Quay Times", "headline": f"{word} at the quay",
         "body": f"{word}. It is so.", "published": "2020-03-13T15:00Z"}
        for n, word in enumerate(("Rain", "Fog", "Ice", "Sun", "Hail"))
    ]  # fmt: skip
    (tmp_path / "day.jsonl").write_text("".join(json.dumps(story) + "\n" for story in stories), encoding="utf-8")
    assert desk("articles", "import", "day.jsonl").code == 0
    full = {f"{DAILY}__MIN_STORIES": "1"}

    def move(number: int, place: str):
        return desk("edition", "move", *EDITION, stories[number]["url"], "--to", place, "--editor", "kim", **full)

    for number in range(3):
        assert move(number, "front").code == 0
    refused(move(3, "front"), "can't stand there: the front has room for 3, and they were moved there before")
    assert move(3, "lead").err == ""
    again = move(4, "lead")
    assert (again.code, "note: https://quay.example/3 was moved to lead by kim" in again.err) == (0, True)
    assert "what was moved there later leads" in again.err
    shown = json.loads(desk("edition", "show", *EDITION, "--json", **full).out)
    assert {one["url"][-1]: one["unmet"] for one in shown["overrides"] if one["unmet"]} == {
        "3": "what was moved there later leads"
    }
    warnings = json.loads(desk("preview", *EDITION, "--json", **full).out)["warnings"]
    assert [line for line in warnings if "/3 was moved to lead" in line and "moved there later leads" in line]
    gone = {**stories[0], "withdrawn": True}
    (tmp_path / "gone.json").write_text(json.dumps(gone), encoding="utf-8")
    assert desk("articles", "import", "gone.json").code == 0
    assert "/0 was moved to front by kim" in (shown := desk("edition", "show", *EDITION, **full).out)
    assert "but its outlet has withdrawn it" in shown


def test_when_everything_is_dropped_the_decisions_are_shown_and_can_be_undone(desk: Digest) -> None:
    assert desk("edition", "drop", *EDITION, "boats", "--editor", "kim").code == 0
    shown = desk("edition", "show", *EDITION)
    assert (shown.code, "no story may stand in it" in shown.out) == (0, True)
    assert "https://quay.example/storm was dropped by kim" in shown.out
    blank = desk("preview", *EDITION)
    assert (blank.code, "The boats are back: dropped by kim" in blank.err) == (1, True)
    assert desk("edition", "drop", *EDITION, "boats", "--undo").code == 0
    assert json.loads(desk("preview", *EDITION, "--json").out)["subject"] == "The boats are back"


def test_an_editors_name_is_one_clean_line_of_sane_length(desk) -> None:
    noted = desk("edition", "note", *EDITION, "A word.", "--editor", "kim\n\x1b[31mroot")
    assert noted.code == 0, noted.err
    shown = desk("edition", "show", *EDITION).out
    assert "Note by kim [31mroot, " in shown
    assert desk("edition", "note", *EDITION, "A word.", "--editor", "k" * 101).code == 2


def test_control_characters_in_an_editors_words_become_blanks(desk: Digest) -> None:
    assert desk("edition", "retitle", *EDITION, "--subject", "Boats\x1b[31m\thome\x07\x85 again").code == 0
    assert json.loads(desk("preview", *EDITION, "--json").out)["subject"] == "Boats [31m home again"


@pytest.mark.parametrize("date", ["0001-01-01", "1969-12-31", "9999-01-01"])
@pytest.mark.parametrize("command", [("preview",), ("send",), ("edition", "retitle")])
def test_a_date_out_of_reach_is_bad_input(desk: Digest, command, date) -> None:
    refused(desk(*command, "daily-headlines", "--date", date), date, "1970-01-01 to 9998-12-31")


@pytest.mark.parametrize("date", ["1970-01-01", "9998-12-31"])
def test_the_first_and_the_last_date_have_a_window(desk: Digest, date) -> None:
    shown = desk("preview", "daily-headlines", "--date", date)
    assert (shown.code, "nothing to preview" in shown.err) == (1, True)


def test_a_preview_of_a_day_without_an_edition_warns(desk: Digest) -> None:
    on_days = desk("preview", *EDITION, DIGEST_NEWSLETTERS__DAILY_HEADLINES__DAYS="mon,tue")
    assert "no edition on this day: 2020-03-14 is a Saturday" in on_days.out
    by_date = desk("preview", *EDITION, "--json", DIGEST_NEWSLETTERS__DAILY_HEADLINES__SKIP_DATES="2020-03-14")
    assert "no edition on this day: 2020-03-14 is one of skip_dates" in json.loads(by_date.out)["warnings"]
    assert "no edition on this day" not in desk("preview", *EDITION).out


def test_a_report_names_the_sha_256_of_each_file_beside_it(desk: Digest, tmp_path) -> None:
    assert desk("preview", *EDITION, "--out", "out").code == 0
    files = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["files"]
    assert set(files) == {"edition.html", "edition.txt", "edition.eml"}
    assert files == {name: hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() for name in files}


def test_a_preview_whose_output_nobody_reads_has_written_its_files(desk: Digest, tmp_path) -> None:
    assert desk("db", "status").code == 0
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from digest.cli import main; main()", "preview", *EDITION, "--out", "out"]
    subprocess.run(command, cwd=tmp_path, stdout=writing, stderr=subprocess.DEVNULL, timeout=90, check=False)
    os.close(writing)
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_every_test_mail_has_a_message_id_of_its_own(desk: Digest, catcher: Catcher) -> None:
    for _ in range(2):
        mailed = desk("preview", *EDITION, "--to", "editor@example.org", DIGEST_SMTP__URL=catcher.url)
        assert mailed.code == 0, mailed.err
    first, second = (message_from_bytes(mail.content)["Message-ID"] for mail in catcher.caught)
    assert first != second
