"""The journal: what a dead sender had begun and was answered is read again, and nothing of a living one."""

import json
import logging
import mmap
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from digest.delivery import journal as journal_module
from digest.delivery.abandoned import AbandonedJournal, Traces, abandoned, living
from digest.delivery.journal import Journal, JournalError
from digest.delivery.journal_lines import (
    LONGEST_LINE,
    Answered,
    answered_line,
    begun_line,
    heading_line,
    read_heading,
    read_story,
)
from digest.delivery.outcome import Outcome, OutcomeKind, not_begun, outcome_of_final_reply

NOW = datetime(2026, 3, 14, 6, 0, 0, 123456, tzinfo=UTC)
MARK = "the database of this test"
SENT = outcome_of_final_reply(250, "2.0.0 queued as 4F2")
WORDY = outcome_of_final_reply(250, "\U0001f4f0" * 600)  # its line is as long as one can be
UNUSED = b"\0" * 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "digest-journal"


def opened(folder: Path, sender: str = "anna") -> Journal:
    return Journal.open(folder, sender, 7, MARK, NOW)


def found(folder: Path) -> AbandonedJournal:
    (journal,) = abandoned(folder, MARK)
    return journal


def traces(folder: Path) -> Traces:
    journal = found(folder)
    try:
        return journal.read()
    finally:
        journal.release()


@contextmanager
def room_for(octets: int) -> Iterator[None]:
    """Let no file of this process be larger than *octets*: what a full disk does, to us alone."""
    former, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (former, hard))


def written(path: Path) -> bytes:
    return path.read_bytes().rstrip(b"\0")


def fill(journal: Journal) -> int:
    """Note answers to who had not begun until there is no room; return to how many."""
    for number in range(1, 1_000_000):
        try:
            journal.answered(number, 9, WORDY, NOW)
        except OSError:
            return number - 1
    raise AssertionError("it is never full")


def test_what_was_begun_and_not_answered_is_told_apart_from_what_was_answered(folder: Path) -> None:
    journal = opened(folder)
    for reader in (1, 2, 3):
        journal.begins(reader, 1)
    journal.answered(1, 1, SENT, NOW)
    journal.answered(4, 2, not_begun("550 to RCPT"), NOW)
    journal.leave()
    told = traces(folder)
    assert (told.sender, told.edition_id, told.same_boot, told.certain) == ("anna", 7, True, True)
    assert told.answered == (Answered(1, 1, SENT, NOW), Answered(4, 2, not_begun("550 to RCPT"), NOW))
    assert told.begun == {2, 3}


def test_a_second_attempt_is_open_though_the_first_was_answered(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    journal.answered(1, 1, outcome_of_final_reply(451, "later"), NOW)
    journal.begins(1, 2)
    journal.leave()
    assert traces(folder).begun == {1}


def test_only_its_owner_may_read_it(folder: Path) -> None:
    journal = opened(folder)
    modes = [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())]
    journal.close()
    assert modes == [0o700, 0o600]


def test_a_closed_journal_leaves_nothing(folder: Path) -> None:
    opened(folder).close()
    assert list(folder.iterdir()) == []


def test_where_there_is_no_folder_nobody_was_abandoned_and_nobody_lives(folder: Path) -> None:
    assert abandoned(folder, MARK) == []
    assert living(folder) == set()


def test_a_folder_that_cannot_be_made_is_told_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(JournalError, match=r"\[smtp\] journal"):
        opened(tmp_path / "file" / "digest-journal")


def test_a_living_senders_journal_is_left_alone(folder: Path) -> None:
    journal = opened(folder)
    assert abandoned(folder, MARK) == []
    assert living(folder) == {"anna"}
    journal.leave()
    assert living(folder) == set()
    found(folder).release()


def test_two_never_sort_out_one_journal(folder: Path) -> None:
    opened(folder).leave()
    first = found(folder)
    assert abandoned(folder, MARK) == []
    first.release()
    found(folder).release()


def test_a_removed_journal_is_not_found_again(folder: Path) -> None:
    opened(folder).leave()
    found(folder).remove()
    assert abandoned(folder, MARK) == []
    assert list(folder.iterdir()) == []


def test_a_journal_about_another_database_is_left_alone(folder: Path) -> None:
    opened(folder).leave()
    assert abandoned(folder, "another database") == []
    found(folder).release()


@pytest.mark.parametrize("boot", ["another-boot", None])
def test_after_a_restart_of_the_system_or_where_it_has_no_name_a_journal_is_never_certain(
    folder: Path, boot: str | None
) -> None:
    opened(folder).leave()
    (path,) = folder.iterdir()
    heading, _, rest = path.read_bytes().partition(b"\n")
    fields = json.loads(heading)
    assert fields[5] == journal_module.this_boot()
    fields[5] = boot
    path.write_bytes(json.dumps(fields).encode() + b"\n" + rest)
    told = traces(folder)
    assert (told.same_boot, told.certain) == (False, False)


@pytest.mark.parametrize("unused", [b"", UNUSED])
def test_a_journal_cut_anywhere_tells_its_whole_lines_and_is_certain(folder: Path, unused: bytes) -> None:
    journal = opened(folder)
    for reader in (1, 2):
        journal.begins(reader, 1)
        journal.answered(reader, 1, SENT, NOW)
    journal.leave()
    (path,) = folder.iterdir()
    whole = written(path)
    for length in range(whole.index(b"\n") + 1, len(whole) + 1):
        path.write_bytes(whole[:length] + unused)
        lines = whole[:length].count(b"\n") - 1
        told = traces(folder)
        assert told.certain
        assert [each.subscriber_id for each in told.answered] == [1, 2][: lines // 2]
        assert told.begun == ({(lines + 1) // 2} if lines % 2 else set())


@pytest.mark.parametrize("unused", [b"", UNUSED])
def test_a_line_of_which_any_part_is_there_but_its_beginning_was_not_written(folder: Path, unused: bytes) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    journal.leave()
    (path,) = folder.iterdir()
    whole, line = written(path), answered_line(1, 1, SENT, NOW)
    for cut in range(1, len(line) + 1):
        for torn in (b"\0" + line[1:cut] + bytes(len(line) - cut), bytes(cut) + line[cut:]):
            path.write_bytes(whole + torn + unused)
            told = traces(folder)
            assert (told.answered, told.begun, told.certain) == ((), {1}, True)


def test_behind_a_hole_the_lines_still_count_and_the_journal_is_uncertain(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    journal.leave()
    (path,) = folder.iterdir()
    rest = b"x" * 50 + b"\n" + answered_line(2, 1, SENT, NOW)  # as if a page in between had not reached the disk
    path.write_bytes(written(path) + bytes(4000) + rest + UNUSED)
    told = traces(folder)
    assert (told.answered, told.begun, told.certain) == ((Answered(2, 1, SENT, NOW),), {1}, False)
    path.write_bytes(written(path)[: -len(rest)].rstrip(b"\0") + bytes(2 * LONGEST_LINE) + b"\n" + UNUSED)
    assert not traces(folder).certain


def test_a_journal_of_the_former_format_is_read(folder: Path) -> None:
    folder.mkdir()
    boot = json.dumps(journal_module.this_boot())
    lines = (
        f'["digest-journal", 1, "anna", 7, "{MARK}", {boot}, "here", "2026-03-14T06:00:00+00:00"]',
        '["b",1,1]',
        '["b",2,1]',
        '["a",1,1,1773468000.5,"sent",250,"2.0.0","2.0.0 queued as 4F2"]',
        '["a",3,1,1773468000.0,"deferred",null,null,"550 to RCPT"]',
        '["b",4,',
    )
    (folder / "anna.journal").write_text("\n".join(lines), encoding="ascii")
    told = traces(folder)
    assert told.answered == (
        Answered(1, 1, SENT, datetime(2026, 3, 14, 6, 0, 0, 500_000, tzinfo=UTC)),
        Answered(3, 1, not_begun("550 to RCPT"), datetime(2026, 3, 14, 6, tzinfo=UTC)),
    )
    assert (told.begun, told.certain) == ({2}, True)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 40,
        b"[" * 100_000,
        b"\xff\xfe",
        b"{}",
        b'["b",1]',
        b'["b",true,1]',
        b'["b",0,1]',
        b'["b",99999999999999999999,1]',
        b'["c",1,1]',
        b'["a",1,1,1e400,"sent",250,null,""]',
        b'["a",1,1,1.0,"lost",250,null,""]',
        b'["a",1,1,1.0,["sent"],250,null,""]',
        b'["a",1,1,1.0,"sent","250",null,""]',
        b'["a",1,1,1.0,"sent",250,7,""]',
        b'["a",1,1,1.0,"sent",250,null,null]',
    ],
)
def test_a_line_that_no_sender_wrote_makes_it_uncertain_and_is_told(
    folder: Path, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    journal.leave()
    (path,) = folder.iterdir()
    path.write_bytes(written(path) + garbage + b"\n" + begun_line(2, 1) + UNUSED)
    with caplog.at_level(logging.WARNING):
        told = traces(folder)
    assert told.begun == {1, 2}
    assert (told.same_boot, told.certain) == (True, False)
    assert "1 lines" in caplog.text


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b'["digest-journal",2,"anna",7]\n'])
def test_a_journal_without_a_heading_is_set_aside_and_told(
    folder: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir()
    (folder / "anna.journal").write_bytes(content)
    assert abandoned(folder, MARK) == []
    assert [path.name for path in folder.iterdir()] == ["anna.illegible"]
    assert "anna" in caplog.text


@given(reply=some.text(max_size=600), code=some.none() | some.integers(-1, 599), kind=some.sampled_from(OutcomeKind))
def test_any_reply_is_one_line_and_comes_back(reply: str, code: int | None, kind: OutcomeKind) -> None:
    outcome = Outcome(kind, code, "4.2.1", reply)
    line = answered_line(8, 3, outcome, NOW)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    told = read_story([b"heading\n" + line])
    assert told.answered == (Answered(8, 3, Outcome(kind, code, "4.2.1", reply[:512]), NOW),)
    assert told.illegible == 0


def test_no_answer_needs_more_room_than_is_kept_for_it() -> None:
    largest = 2**63 - 1
    wordiest = Outcome(OutcomeKind.DEFERRED, 999, "5.999.999", WORDY.reply)
    length = len(answered_line(largest, largest, wordiest, datetime.max.replace(tzinfo=UTC)))
    assert LONGEST_LINE - 250 < length <= LONGEST_LINE


@given(at=some.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_the_instant_of_an_answer_comes_back_to_the_microsecond(at: datetime) -> None:
    (answered,) = read_story([b"heading\n" + answered_line(1, 1, SENT, at)]).answered
    assert abs(answered.at - at) <= timedelta(microseconds=1)


def test_a_journal_has_all_its_room_from_the_first_moment(folder: Path) -> None:
    journal = opened(folder)
    (path,) = folder.iterdir()
    found = path.stat()
    journal.close()
    assert found.st_blocks * 512 >= found.st_size > 4_000_000


def test_where_the_disk_has_no_room_for_a_journal_there_is_none_and_nothing_is_left(folder: Path) -> None:
    with room_for(4_000_000), pytest.raises(JournalError, match="File too large"):
        opened(folder)
    assert list(folder.iterdir()) == []


def test_a_system_that_can_not_set_room_apart_has_it_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    with room_for(4_000_000), pytest.raises(JournalError, match="no room"):
        opened(folder)
    journal = opened(folder)
    (path,) = folder.iterdir()
    found = path.stat()
    journal.begins(1, 1)
    journal.leave()
    assert found.st_size > 4_000_000
    assert (traces(folder).begun, traces(folder).certain) == ({1}, True)


def test_where_the_disk_is_full_a_journal_goes_on_in_the_room_it_has(folder: Path) -> None:
    journal = opened(folder)
    with room_for(1):
        journal.begins(1, 1)
        journal.begins(2, 1)
        journal.answered(1, 1, SENT, NOW)
    journal.leave()
    told = traces(folder)
    assert (told.answered, told.begun, told.certain) == ((Answered(1, 1, SENT, NOW),), {2}, True)


def test_what_has_begun_finds_room_for_its_answer_however_full_it_is(folder: Path) -> None:
    journal = opened(folder)
    readers = range(1_000_001, 1_000_021)
    for reader in readers:
        journal.begins(reader, 1)
    others = fill(journal)
    for reader in readers:
        journal.answered(reader, 1, WORDY, NOW)
    journal.leave()
    told = traces(folder)
    assert [each.subscriber_id for each in told.answered] == [*range(1, others + 1), *readers]
    assert (told.begun, told.certain) == (set(), True)


def test_where_an_answer_is_not_noted_nothing_begins_until_it_is(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1_000_001, 1)
    noted = fill(journal)
    with pytest.raises(OSError, match="no room"):
        journal.begins(1_000_002, 1)
    journal.answered(1_000_001, 1, SENT, NOW)  # what was kept for the longest answer is room for another now
    with pytest.raises(OSError, match="no room"):  # but not for one that begins, and the longest answer to it
        journal.begins(1_000_002, 1)
    journal.leave()
    told = traces(folder)
    assert [each.subscriber_id for each in told.answered] == [*range(1, noted + 1), 1_000_001, noted + 1]
    assert (told.begun, told.certain) == (set(), True)


def test_nothing_begins_in_a_full_segment_until_it_is_rolled(folder: Path) -> None:
    journal = opened(folder)
    begun = 0
    while not journal.is_large:
        try:
            journal.begins(begun + 1, 1)
            begun += 1
        except OSError:
            break
    assert begun < 2_000
    assert journal.is_large  # in octets it is not; but it must be rolled
    journal.roll([(reader, 1) for reader in range(1, begun + 1)], [])
    assert not journal.is_large
    journal.begins(begun + 1, 1)
    for reader in range(1, begun + 2):
        journal.answered(reader, 1, WORDY, NOW)
    journal.leave()
    told = traces(folder)
    assert len(told.answered) == begun + 1 > 500
    assert (told.begun, told.certain) == (set(), True)


@pytest.mark.parametrize("let_go", [Journal.leave, Journal.close])
def test_a_journal_that_was_let_go_takes_nothing(folder: Path, let_go: Callable[[Journal], None]) -> None:
    journal = opened(folder)
    let_go(journal)
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.begins(1, 1)
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.answered(1, 1, SENT, NOW)


def test_rolling_carries_what_is_open_and_drops_what_the_ledger_has(folder: Path) -> None:
    journal = opened(folder)
    for reader in range(1, 6):
        journal.begins(reader, 1)
    for reader in range(1, 4):
        journal.answered(reader, 1, SENT, NOW)
    journal.roll([(4, 1), (5, 1)], [(3, 1, SENT, NOW)])
    assert [path.name for path in folder.iterdir()] == ["anna.1.journal"]
    assert abandoned(folder, MARK) == []
    assert living(folder) == {"anna"}
    journal.answered(4, 1, SENT, NOW)
    journal.leave()
    told = traces(folder)
    assert [each.subscriber_id for each in told.answered] == [3, 4]
    assert (told.begun, told.certain) == ({5}, True)


def test_it_is_large_after_some_megabytes_and_small_again_when_it_has_rolled(folder: Path) -> None:
    journal = opened(folder)
    reply = outcome_of_final_reply(250, "x" * 512)
    while not journal.is_large:
        journal.answered(1, 1, reply, NOW)
    (path,) = folder.iterdir()
    size = len(written(path))
    journal.roll([], [])
    assert not journal.is_large
    journal.close()
    assert 4_000_000 <= size < 4_001_000
    assert list(folder.iterdir()) == []


def test_where_there_is_no_room_for_the_next_segment_the_former_goes_on(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    with room_for(1_000_000), pytest.raises(OSError, match="File too large"):
        journal.roll([(1, 1)], [(2, 1, SENT, NOW)] * 10)
    assert not journal.is_large
    journal.begins(3, 1)
    assert [path.name for path in folder.iterdir()] == ["anna.journal"]
    fill(journal)
    assert journal.is_large
    journal.roll([(1, 1), (3, 1)], [])
    journal.leave()
    assert traces(folder).begun == {1, 3}


def test_two_segments_of_one_sender_tell_one_story(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    journal.answered(1, 1, SENT, NOW)
    journal.begins(2, 1)
    former = (folder / "anna.journal").read_bytes()
    journal.roll([(2, 1)], [])
    journal.answered(2, 1, SENT, NOW)
    journal.begins(3, 1)
    journal.leave()
    (folder / "anna.journal").write_bytes(former)  # as if killed before it was removed
    told = traces(folder)
    assert {each.subscriber_id for each in told.answered} == {1, 2}
    assert (told.begun, told.certain) == ({3}, True)
    found(folder).remove()
    assert list(folder.iterdir()) == []


def test_a_sender_with_one_segment_locked_lives_with_all_of_them(folder: Path) -> None:
    journal = opened(folder)
    former = (folder / "anna.journal").read_bytes()
    journal.roll([], [])
    (folder / "anna.journal").write_bytes(former)
    assert abandoned(folder, MARK) == []
    assert living(folder) == {"anna"}
    journal.close()


def test_what_a_sender_left_that_died_while_it_opened_its_journal_is_removed(folder: Path) -> None:
    folder.mkdir()
    (folder / "anna.opening").write_bytes(b'["digest-jou')
    assert abandoned(folder, MARK) == []
    assert list(folder.iterdir()) == []


def test_a_heading_comes_back() -> None:
    heading = journal_module.Heading('an"na', 7, MARK, None, "höst\n", NOW)
    assert read_heading(heading_line(heading)) == heading


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from digest.delivery.journal import Journal
from digest.delivery.outcome import outcome_of_final_reply
now = datetime.now(UTC)
journal = Journal.open(Path(sys.argv[1]), "anna", 7, sys.argv[2], now)
sent = outcome_of_final_reply(250, "2.0.0 fine")
for number in range(1, 10_000_000):
    journal.begins(number, 1)
    journal.begins(number + 10_000_000, 1)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
    journal.answered(number, 1, sent, now)
    if number % 3 == 0:
        journal.roll([(number + 10_000_000 - back, 1) for back in range(5) if back < number], [(number, 1, sent, now)])
"""


@pytest.mark.parametrize("moment", range(5))
def test_killed_at_any_moment_of_writing_and_rolling_nothing_is_lost_and_nobody_reads_it_before(
    folder: Path, moment: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), MARK], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        for _ in range(200 + 37 * moment):
            said = writer.stdout.readline()
            assert abandoned(folder, MARK) == []
        assert living(folder) == {"anna"}
        writer.kill()
        last = int((said + writer.stdout.read()).split()[-1])
    told = traces(folder)
    known = told.begun | {each.subscriber_id for each in told.answered}
    assert told.certain
    # What it had announced last is there: begun at least, and perhaps answered since.
    assert {last, last + 10_000_000} <= known
    assert last + 10_000_000 in told.begun
    assert len(list(folder.iterdir())) <= 3


FAST_WRITER = """
import mmap, sys
from datetime import UTC, datetime
from pathlib import Path
from digest.delivery.journal import Journal
from digest.delivery.outcome import outcome_of_final_reply
now = datetime.now(UTC)
with open(sys.argv[3], "r+b") as file:
    said = mmap.mmap(file.fileno(), 16)
journal = Journal.open(Path(sys.argv[1]), "anna", 7, sys.argv[2], now)
outcomes = [outcome_of_final_reply(250, "2.0.0 fine"), outcome_of_final_reply(250, chr(0x1F4F0) * 600)]
for number in range(1, 100_000_000):
    journal.begins(number, 1)
    said[:8] = number.to_bytes(8, "little")
    if number > 4:
        journal.answered(number - 4, 1, outcomes[number % 2], now)
        said[8:] = (number - 4).to_bytes(8, "little")
    if journal.is_large:
        answered = range(max(number - 53, 1), number - 3)
        journal.roll([(number - back, 1) for back in range(4)], [(one, 1, outcomes[0], now) for one in answered])
"""


@pytest.mark.parametrize("moment", range(10))
def test_killed_while_it_writes_as_fast_as_it_can_every_line_it_had_written_is_there(
    folder: Path, tmp_path: Path, moment: int
) -> None:
    counters = tmp_path / "said"
    counters.write_bytes(bytes(16))
    with (
        counters.open("r+b") as file,
        mmap.mmap(file.fileno(), 16) as said,
        subprocess.Popen([sys.executable, "-c", FAST_WRITER, str(folder), MARK, str(counters)]) as writer,
    ):
        give_up_at = time.monotonic() + 30
        while not any(said[8:]):
            assert writer.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.02 * moment))  # noqa: S311 - no secret: any moment will do
        writer.kill()
        writer.wait()
        begun, answered = (int.from_bytes(eight, "little") for eight in (said[:8], said[8:]))
    told = traces(folder)
    known = {each.subscriber_id for each in told.answered}
    assert told.certain
    assert known == set(range(min(known), max(known) + 1))
    assert known >= set(range(max(answered - 49, 1), answered + 1))
    assert max(known) <= answered + 1
    assert told.begun == set(range(max(known) + 1, max(told.begun) + 1))
    assert begun <= max(told.begun) <= begun + 1
