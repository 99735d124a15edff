"""The mailroom: what is handed out, what goes back, and what waits to be written down."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sample_edition import NOW, compiled

from digest.delivery.chunk import ChunkSize
from digest.delivery.dkim import Signer
from digest.delivery.journal import Journal
from digest.delivery.ledger import DeliveryStatus, Patience
from digest.delivery.letter import FRESH_SECONDS
from digest.delivery.mailroom import WRITTEN_AT_ONCE, Mailroom
from digest.delivery.message import Reader
from digest.delivery.outcome import not_begun, outcome_of_final_reply
from digest.delivery.pacing import DomainPace
from digest.delivery.store import Claim

TAKEN = outcome_of_final_reply(250, "2.0.0 queued")
DEADLINE = NOW + timedelta(hours=4)


def claims(*numbers: int, domain: str = "example.org") -> list[Claim]:
    return [Claim(Reader(number, number, f"reader{number}@{domain}"), 1) for number in numbers]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path / "journals", "sender", 1, "mark", NOW)
    yield opened
    opened.leave()


class Turns:
    """The event loop's `call_soon`, one turn at a time."""

    def __init__(self) -> None:
        self._calls: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def __call__(self, act: Callable[..., object], *arguments: object) -> None:
        self._calls.append((act, arguments))

    def take(self) -> None:
        calls, self._calls = self._calls, []
        for act, arguments in calls:
            act(*arguments)


def mailroom(
    journal: Journal,
    pace: DomainPace | None = None,
    chunk: ChunkSize | None = None,
    soon: Turns | None = None,
    signed_by: Callable[[bytes], bytes] | None = None,
) -> Mailroom:
    edition = compiled(signers=(Signer("example.org", "s1", "rsa-sha256", signed_by),) if signed_by else ())
    patience = Patience(timedelta(seconds=300), timedelta(hours=6))
    pace, chunk = pace or DomainPace({}, soon=0), chunk or ChunkSize(4)
    return Mailroom(edition, journal, lambda: NOW, DEADLINE, patience, pace, chunk, soon or Turns())


def stocked(journal: Journal, *numbers: int, age: float = 0.0) -> Mailroom:
    room = mailroom(journal)
    room.stock_up(claims(*numbers), time.monotonic() - age)
    return room


def subscribers(leftovers: list[tuple[Claim, datetime]]) -> list[int]:
    return [claim.reader.subscriber_id for claim, _ in leftovers]


def test_letters_are_handed_out_in_order_and_each_once(journal: Journal) -> None:
    room = stocked(journal, 1, 2)
    letters = [room.next_letter(), room.next_letter(), room.next_letter()]
    assert [letter and letter.envelope.recipient for letter in letters] == [
        "reader1@example.org",
        "reader2@example.org",
        None,
    ]


def test_a_letter_carries_the_reader_s_own_message(journal: Journal) -> None:
    letter = stocked(journal, 7).next_letter()
    assert letter is not None
    assert b"To: reader7@example.org\r\n" in letter.content().octets


def test_what_was_claimed_too_long_ago_is_not_begun_but_claimed_anew(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3, age=FRESH_SECONDS + 0.01)
    assert room.next_letter() is None
    assert subscribers(room.collect().leftovers) == [1, 2, 3]
    assert room.chunk.size == 2


def test_what_lies_there_goes_back_by_itself_when_nobody_asks_for_it(journal: Journal) -> None:
    room = stocked(journal, 1, 2, age=FRESH_SECONDS + 0.01)
    assert subscribers(room.collect().leftovers) == [1, 2]
    room.filed()
    assert room.is_empty


def test_a_returned_letter_is_handed_out_again_while_it_is_fresh(journal: Journal) -> None:
    room = stocked(journal, 1)
    letter = room.next_letter()
    assert letter is not None
    room.returned(letter)
    again = room.next_letter()
    assert again is not None
    assert again.claim == letter.claim


def test_more_is_wanted_when_half_of_a_chunk_is_gone(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3, 4)
    room.next_letter()
    assert not room.is_wanted
    room.next_letter()
    assert room.is_wanted
    assert room.nudged.is_set()


def test_a_chunk_that_was_soon_begun_is_larger_the_next_time(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3, 4)
    assert room.chunk.size == 4
    room.next_letter()
    room.stock_up(claims(5, 6, 7, 8), time.monotonic())
    assert room.chunk.size == 8


def test_a_chunk_that_a_slow_relay_took_long_for_is_smaller_the_next_time(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = stocked(journal, 1, 2, 3, 4)
    room.next_letter()
    slow_relay = time.monotonic() + 0.4
    monkeypatch.setattr("digest.delivery.mailroom.time.monotonic", lambda: slow_relay)
    room.stock_up(claims(5), slow_relay)
    assert room.chunk.size == 1


def test_a_domain_whose_turn_is_still_to_come_waits_in_the_queue(journal: Journal) -> None:
    room = mailroom(journal, DomainPace({"slow.example": 1.0}, soon=0))
    room.stock_up([*claims(1, 2, 3, domain="slow.example"), *claims(4)], time.monotonic())
    handed = [room.next_letter(), room.next_letter(), room.next_letter()]
    assert [letter and letter.claim.reader.subscriber_id for letter in handed] == [1, 2, 4]
    [(held, due)] = room.collect().leftovers
    assert held.reader.subscriber_id == 3
    assert timedelta(seconds=0.9) < due - NOW <= timedelta(seconds=1)


def test_an_answer_waits_for_the_clerk_with_its_verdict(journal: Journal) -> None:
    room = stocked(journal, 1, 2)
    first, second = room.next_letter(), room.next_letter()
    assert first is not None
    assert second is not None
    room.answered(first, TAKEN)
    room.answered(second, not_begun("the line went down"))
    answers = room.collect().answers
    assert [(one.claim.reader.subscriber_id, one.verdict.status) for one in answers] == [
        (1, DeliveryStatus.SENT),
        (2, DeliveryStatus.QUEUED),
    ]


def test_what_could_not_be_filed_comes_again_before_what_came_later(journal: Journal) -> None:
    room = stocked(journal, 1, 2)
    for _ in range(2):
        letter = room.next_letter()
        assert letter is not None
        room.answered(letter, TAKEN)
        if room.collect().answers:
            room.not_filed()
    assert [one.claim.reader.subscriber_id for one in room.collect().answers] == [1, 2]


def test_everything_in_hand_is_known_at_every_stage(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3, 4)
    for _ in range(3):
        letter = room.next_letter()
        assert letter is not None
        if letter.claim.reader.subscriber_id != 3:
            room.answered(letter, TAKEN)
        if letter.claim.reader.subscriber_id == 1:
            room.collect()
    assert sorted(room.in_hand) == [1, 2, 3, 4]


def test_once_closed_it_gives_back_what_was_not_begun_and_takes_answers_still(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3)
    letter = room.next_letter()
    room.close()
    assert room.next_letter() is None
    assert letter is not None
    room.answered(letter, TAKEN)
    paperwork = room.collect()
    assert (len(paperwork.answers), subscribers(paperwork.leftovers)) == (1, [2, 3])


def test_what_is_returned_after_closing_goes_back_too(journal: Journal) -> None:
    room = stocked(journal, 1)
    letter = room.next_letter()
    room.close()
    assert letter is not None
    room.returned(letter)
    assert subscribers(room.collect().leftovers) == [1]


def test_an_answer_that_the_journal_can_not_take_is_kept(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journals", "sender", 1, "mark", NOW)
    room = stocked(journal, 1)
    letter = room.next_letter()
    assert letter is not None
    room.begins(letter)
    journal.leave()  # whatever is written from here on fails
    with pytest.raises(OSError, match="Bad file descriptor"):
        room.begins(letter)
    room.answered(letter, TAKEN)
    assert len(room.collect().answers) == 1


def test_an_address_that_no_relay_can_be_told_fails_alone(journal: Journal) -> None:
    room = mailroom(journal)
    odd = Claim(Reader(1, 1, "two words@example.org"), 1)
    room.stock_up([odd, *claims(2)], time.monotonic())
    letter = room.next_letter()
    assert letter is not None
    assert letter.claim.reader.subscriber_id == 2
    [answer] = room.collect().answers
    assert (answer.claim, answer.verdict.status) == (odd, DeliveryStatus.FAILED)


def test_any_number_of_readers_who_can_not_be_written_to_keep_nobody_waiting(journal: Journal) -> None:
    room = mailroom(journal)
    odd = [Claim(Reader(number, number, "two words@example.org"), 1) for number in range(1, 2 * WRITTEN_AT_ONCE)]
    room.stock_up([*odd, *claims(99)], time.monotonic())
    letter = room.next_letter()
    assert letter is not None
    assert letter.claim.reader.subscriber_id == 99
    assert len(room.collect().answers) == len(odd)


def test_more_than_are_written_at_once_are_all_handed_out_in_order_or_go_back(journal: Journal) -> None:
    numbers = list(range(1, 2 * WRITTEN_AT_ONCE + 2))
    room = stocked(journal, *numbers)
    handed = [room.next_letter() for _ in range(WRITTEN_AT_ONCE + 1)]
    assert [letter and letter.claim.reader.subscriber_id for letter in handed] == numbers[: WRITTEN_AT_ONCE + 1]
    assert sorted(room.in_hand) == numbers
    room.close()
    assert subscribers(room.collect().leftovers) == numbers[WRITTEN_AT_ONCE + 1 :]


def test_what_was_written_and_not_asked_for_in_time_goes_back(journal: Journal) -> None:
    room = stocked(journal, 1, 2, 3, age=FRESH_SECONDS - 0.05)
    assert room.next_letter() is not None
    time.sleep(0.06)
    assert subscribers(room.collect().leftovers) == [2, 3]


def test_nothing_is_written_for_a_domain_whose_turn_is_still_to_come(journal: Journal) -> None:
    signed: list[bytes] = []

    def sign(digest: bytes) -> bytes:
        signed.append(digest)
        return b"a signature"

    pace, turns = DomainPace({"slow.example": 1.0}, soon=0), Turns()
    room = mailroom(journal, pace, ChunkSize(64), turns, signed_by=sign)
    room.stock_up(claims(*range(1, 33), domain="slow.example"), time.monotonic())
    handed = [room.next_letter() for _ in range(3)]
    assert [letter is not None for letter in handed] == [True, True, False]
    turns.take()
    turns.take()
    assert len(signed) == 2


def test_the_next_letters_are_written_while_the_wire_wants_none(journal: Journal) -> None:
    signed: list[bytes] = []

    def sign(digest: bytes) -> bytes:
        signed.append(digest)
        return b"a signature"

    turns = Turns()
    room = mailroom(journal, soon=turns, signed_by=sign)
    room.stock_up(claims(*range(1, 33)), time.monotonic())
    for _ in range(WRITTEN_AT_ONCE // 2):
        room.next_letter()
    turns.take()  # the wire has not had its turn yet
    assert len(signed) == WRITTEN_AT_ONCE
    room.next_letter()
    turns.take()  # it had, and took one
    assert len(signed) == WRITTEN_AT_ONCE
    turns.take()
    assert len(signed) == WRITTEN_AT_ONCE + WRITTEN_AT_ONCE // 2 + 1
    turns.take()  # and that is enough
    assert len(signed) == WRITTEN_AT_ONCE + WRITTEN_AT_ONCE // 2 + 1
    letters = [room.next_letter() for _ in range(WRITTEN_AT_ONCE)]
    assert [letter and letter.claim.reader.subscriber_id for letter in letters] == list(range(6, 14))


def test_one_that_came_back_behind_a_fresher_one_is_not_begun_stale(journal: Journal) -> None:
    room = stocked(journal, 1, age=FRESH_SECONDS - 0.05)
    old = room.next_letter()
    room.stock_up(claims(2), time.monotonic())
    new = room.next_letter()
    assert old is not None
    assert new is not None
    room.returned(old)
    room.returned(new)
    time.sleep(0.06)
    again = room.next_letter()
    assert again is not None
    assert again.claim == new.claim
    assert room.next_letter() is None
    assert subscribers(room.collect().leftovers) == [1]
