"""The journal: what a dead sender had begun and was answered is read again, and nothing of a living one."""

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from digest.delivery import journal as journal_module
from digest.delivery.abandoned import AbandonedJournal, Traces, abandoned, living
from digest.delivery.journal import Journal, JournalError
from digest.delivery.journal_lines import Answered, answered_line, begun_line, heading_line, read_heading, read_story
from digest.delivery.outcome import Outcome, OutcomeKind, not_begun, outcome_of_final_reply, unanswered

NOW = datetime(2026, 3, 14, 6, 0, 0, 123456, tzinfo=UTC)
MARK = "the database of this test"
SENT = outcome_of_final_reply(250, "2.0.0 queued as 4F2")


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
    """Let no file of this process grow beyond *octets*: what a full disk does, to us alone."""
    former, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (former, hard))


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


def test_a_journal_cut_anywhere_tells_its_whole_lines_and_is_certain(folder: Path) -> None:
    journal = opened(folder)
    for reader in (1, 2):
        journal.begins(reader, 1)
        journal.answered(reader, 1, SENT, NOW)
    journal.leave()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for length in range(whole.index(b"\n") + 1, len(whole) + 1):
        path.write_bytes(whole[:length])
        lines = whole[:length].count(b"\n") - 1
        told = traces(folder)
        assert told.certain
        assert [each.subscriber_id for each in told.answered] == [1, 2][: lines // 2]
        assert told.begun == ({(lines + 1) // 2} if lines % 2 else set())


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
    with path.open("ab") as file:
        file.write(garbage + b"\n" + begun_line(2, 1))
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


@given(at=some.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_the_instant_of_an_answer_comes_back_to_the_microsecond(at: datetime) -> None:
    (answered,) = read_story([b"heading\n" + answered_line(1, 1, SENT, at)]).answered
    assert abs(answered.at - at) <= timedelta(microseconds=1)


@pytest.mark.parametrize("octets_left", [0, 5])
def test_a_full_disk_leaves_no_torn_line_and_the_journal_goes_on_after_it(folder: Path, octets_left: int) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    (path,) = folder.iterdir()
    before = path.read_bytes()
    with room_for(len(before) + octets_left):
        with pytest.raises(OSError):  # noqa: PT011 - which error depends on the octets left
            journal.begins(2, 1)
        with pytest.raises(OSError):  # noqa: PT011
            journal.answered(1, 1, unanswered("x" * 300), NOW)
    assert path.read_bytes() == before
    journal.begins(3, 1)
    journal.leave()
    told = traces(folder)
    assert [each.subscriber_id for each in told.answered] == [1]
    assert (told.begun, told.certain) == ({3}, True)


def test_where_there_is_no_room_for_an_answer_nothing_more_begins_until_it_is_written(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    (path,) = folder.iterdir()
    with room_for(path.stat().st_size + len(begun_line(2, 1))):
        with pytest.raises(OSError):  # noqa: PT011 - a short write or a refused one
            journal.answered(1, 1, SENT, NOW)
        with pytest.raises(OSError):  # noqa: PT011
            journal.begins(2, 1)
    journal.begins(3, 1)
    journal.leave()
    told = traces(folder)
    assert (told.answered, told.begun, told.certain) == ((Answered(1, 1, SENT, NOW),), {3}, True)


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
    size = path.stat().st_size
    journal.roll([], [])
    assert not journal.is_large
    journal.close()
    assert 4_000_000 <= size < 4_001_000
    assert list(folder.iterdir()) == []


def test_where_the_next_segment_does_not_fit_the_former_goes_on(folder: Path) -> None:
    journal = opened(folder)
    journal.begins(1, 1)
    (path,) = folder.iterdir()
    with room_for(path.stat().st_size), pytest.raises(OSError):  # noqa: PT011 - a short write or a refused one
        journal.roll([(1, 1)], [(2, 1, SENT, NOW)] * 10)
    journal.begins(3, 1)
    assert [path.name for path in folder.iterdir()] == ["anna.journal"]
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
