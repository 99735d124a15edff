"""The sending loop against a real server: everybody once, whatever the relay does."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock
from scripted_relay import CLOSE, PASS, ScriptedRelay
from sqlmodel import select

from digest.building import build_edition
from digest.database import Database
from digest.delivery.crew import Assignment
from digest.delivery.dispatch import deliver
from digest.delivery.leaving import wait_until_not_in_hand
from digest.delivery.ledger import Closing
from digest.delivery.publishing import Published, publish
from digest.delivery.tables import RelayTroubleRow
from digest.settings import Settings
from subscribers.store import change_standing
from subscribers.subscriber import SubscriptionEvent
from subscribers.tables import Subscription


class Clock:
    """Time that begins at *start* and runs *pace* times as fast as it does outside."""

    def __init__(self, start: datetime = MORNING, pace: float = 1.0) -> None:
        self._start, self._pace, self._began = start, pace, time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._pace)


def published(database: Database, settings: Settings, readers: int) -> Published:
    stock(database)
    enlist(database, readers)
    with database.reading() as session:
        built = build_edition(session, settings, NEWSLETTER, DAY)
    return publish(database, built, built.schedule, MORNING)


def troubles(database: Database) -> list[RelayTroubleRow]:
    with database.reading() as session:
        return list(session.exec(select(RelayTroubleRow)))


def send(
    database: Database,
    settings: Settings,
    edition: Published,
    clock: Callable[[], datetime] | None = None,
    *,
    wait: bool = True,
    on_start: Callable[[Callable[[], object]], None] = lambda _stop: None,
    on_progress: Callable[[Closing], None] | None = None,
) -> Closing:
    assignment = Assignment(settings, edition, clock or Clock(), wait=wait)
    return uvloop.run(deliver(database, assignment, on_start=on_start, on_progress=on_progress))


def test_everybody_gets_the_edition_once_and_a_second_run_sends_nothing(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url, connections=3)
        edition = published(database, settings, readers=30)
        first = send(database, settings, edition)
        second = send(database, settings, edition)
    assert first == second == Closing(30, sent=30, failed=0, unknown=0, skipped=0, deferred=0)
    assert len(server.accepted) == len(set(server.accepted)) == 30


def test_two_senders_at_once_share_the_readers_and_mail_nobody_twice(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = published(database, settings, readers=40)
        closings: list[Closing] = []
        senders = [
            threading.Thread(target=lambda: closings.append(send(database, settings, edition))) for _ in range(2)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert [closing.sent for closing in closings] == [40, 40]
    assert len(server.accepted) == len(set(server.accepted)) == 40


def test_a_final_refusal_fails_its_own_reader_only(database: Database, tmp_path: Path) -> None:
    def refuse_third(recipient: str, _times: int) -> str | None:
        return "550 5.1.1 no such user" if recipient == "reader3@example.org" else None

    with ScriptedRelay(at_rcpt=refuse_third) as server:
        settings = configure(tmp_path, database.url, server.url)
        closing = send(database, settings, published(database, settings, readers=6))
    assert closing == Closing(6, sent=5, failed=1, unknown=0, skipped=0, deferred=0)
    assert server.seen["reader3@example.org"] == 1


def test_a_deferred_reader_is_tried_again_until_the_relay_takes_it(database: Database, tmp_path: Path) -> None:
    def greylist_twice(recipient: str, times: int) -> str | None:
        return "451 4.7.1 come back" if recipient == "reader2@example.org" and times < 3 else None

    with ScriptedRelay(at_rcpt=greylist_twice) as server:
        settings = configure(tmp_path, database.url, server.url)
        closing = send(database, settings, published(database, settings, readers=4), Clock(pace=600))
    assert closing == Closing(4, sent=4, failed=0, unknown=0, skipped=0, deferred=0)
    assert server.seen["reader2@example.org"] == 3


def test_a_reader_deferred_past_the_deadline_failed(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay(at_rcpt=lambda to, _times: "451 4.2.2 full" if to.startswith("reader1@") else None) as server:
        settings = configure(tmp_path, database.url, server.url)
        closing = send(database, settings, published(database, settings, readers=3), Clock(pace=3600))
    assert closing == Closing(3, sent=2, failed=1, unknown=0, skipped=0, deferred=0)


def test_without_waiting_a_deferred_reader_is_left_for_another_run(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay(at_rcpt=lambda to, _times: "451 4.7.1 later" if to.startswith("reader1@") else None) as server:
        settings = configure(tmp_path, database.url, server.url)
        closing = send(database, settings, published(database, settings, readers=3), wait=False)
    assert closing == Closing(3, sent=2, failed=0, unknown=0, skipped=0, deferred=1)


def test_a_reply_lost_after_the_dot_is_unknown_and_never_repeated(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay(at_data=lambda to, _times: CLOSE if to.startswith("reader4@") else None) as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = published(database, settings, readers=8)
        closing = send(database, settings, edition)
        send(database, settings, edition)
    assert closing == Closing(8, sent=7, failed=0, unknown=1, skipped=0, deferred=0)
    assert server.offered.count("reader4@example.org") == 1


def test_a_connection_lost_before_the_message_is_made_again_at_once(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay(at_rcpt=lambda _to, times: CLOSE if times == 1 else None) as server:
        settings = configure(tmp_path, database.url, server.url)
        closing = send(database, settings, published(database, settings, readers=5))
    assert closing.sent == 5
    assert len(server.accepted) == len(set(server.accepted)) == 5


def test_a_relay_that_is_away_leaves_everybody_queued(database: Database, tmp_path: Path) -> None:
    settings = configure(tmp_path, database.url, "smtp://127.0.0.1:1")
    edition = published(database, settings, readers=5)
    assert send(database, settings, edition, wait=False).deferred == 5
    with ScriptedRelay() as server:
        there = configure(tmp_path, database.url, server.url)
        assert send(database, there, edition).sent == 5


def test_who_leaves_while_the_edition_goes_out_gets_no_data_any_more(database: Database, tmp_path: Path) -> None:
    left_at: list[float] = []

    def everybody_leaves() -> None:
        with database.reading() as session:
            numbers = session.exec(select(Subscription.id)).all()
        for number in reversed(numbers):  # each by itself, as people do
            with database.writing() as session:
                change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="test", now=MORNING)
            wait_until_not_in_hand(database, number)
        left_at.append(time.monotonic())

    leaving = threading.Thread(target=everybody_leaves)

    def slowly(_recipient: str, _times: int) -> str | None:
        if not leaving.ident:
            leaving.start()
        time.sleep(0.05)
        return None

    with ScriptedRelay(at_data=slowly) as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        closing = send(database, settings, published(database, settings, readers=60))
        leaving.join()
    assert closing == Closing(60, sent=closing.sent, failed=0, unknown=0, skipped=60 - closing.sent, deferred=0)
    assert closing.sent < 60
    assert max(at for at, _ in server.data_at) < left_at[0]


def test_a_stopped_sender_finishes_what_is_in_hand_and_another_run_goes_on(database: Database, tmp_path: Path) -> None:
    stops: list[Callable[[], object]] = []

    def stop_after_three(_recipient: str, _times: int) -> str | None:
        if len(server.offered) == 3:
            stops[0]()
        return None

    with ScriptedRelay(at_data=stop_after_three) as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        edition = published(database, settings, readers=10)
        stopped = send(database, settings, edition, on_start=stops.append)
        finished = send(database, settings, edition)
    assert 3 <= stopped.sent <= 5  # the third, what was announced behind it, and what the signal was too late for
    assert stopped == Closing(10, sent=stopped.sent, failed=0, unknown=0, skipped=0, deferred=10 - stopped.sent)
    assert finished.sent == len(set(server.accepted)) == len(server.accepted) == 10


def test_nothing_is_claimed_after_the_deadline(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = published(database, settings, readers=3)
        closing = send(database, settings, edition, Clock(datetime(2026, 3, 14, 10, 0, tzinfo=UTC)))
    assert closing == Closing(3, sent=0, failed=3, unknown=0, skipped=0, deferred=0)
    assert server.seen == {}


def test_a_relay_that_refuses_our_sender_burns_nobody(database: Database, tmp_path: Path) -> None:
    with ScriptedRelay(at_mail=lambda: "530 5.7.0 log in first") as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = published(database, settings, readers=6)
        assert send(database, settings, edition, wait=False).deferred == 6
    with ScriptedRelay() as mended:
        there = configure(tmp_path, database.url, mended.url)
        assert send(database, there, edition) == Closing(6, sent=6, failed=0, unknown=0, skipped=0, deferred=0)


def test_what_is_wrong_with_a_relay_is_kept_until_it_has_taken_a_message(database: Database, tmp_path: Path) -> None:
    is_well = False
    later = MORNING + timedelta(minutes=3)
    with ScriptedRelay(at_mail=lambda: PASS if is_well else "530 5.7.0 log in first") as server:
        settings = configure(tmp_path, database.url, server.url)
        edition = published(database, settings, readers=6)
        send(database, settings, edition, Clock(MORNING), wait=False)
        send(database, settings, edition, Clock(later), wait=False)
        (trouble,) = troubles(database)
        assert server.url.endswith(trouble.relay)
        assert "530 5.7.0 log in first" in trouble.trouble
        assert MORNING <= trouble.since < later <= trouble.seen_at
        is_well = True
        assert send(database, settings, edition, Clock(later + timedelta(hours=1))).sent == 6
    assert troubles(database) == []


def test_who_leaves_while_the_pace_is_waited_for_gets_no_data(database: Database, tmp_path: Path) -> None:
    def everybody_leaves(_recipient: str, _times: int) -> str | None:
        with database.writing() as session:
            for number in session.exec(select(Subscription.id)).all():
                change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance="test", now=MORNING)
        return None

    with ScriptedRelay(at_data=everybody_leaves) as server:
        settings = configure(tmp_path, database.url, server.url, connections=3)
        paced = settings.smtp.model_copy(update={"rate_per_second": 2.0})
        closing = send(database, settings.model_copy(update={"smtp": paced}), published(database, settings, readers=9))
    assert closing.sent == len(server.offered) <= 3
    assert closing.sent + closing.skipped == 9


def test_a_stop_does_not_wait_for_the_pace(database: Database, tmp_path: Path) -> None:
    stops: list[Callable[[], object]] = []

    def stop_at_first(_recipient: str, _times: int) -> str | None:
        stops[0]()
        return None

    with ScriptedRelay(at_data=stop_at_first) as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        paced = settings.smtp.model_copy(update={"rate_per_second": 0.001})
        edition = published(database, settings, readers=4)
        closing = send(database, settings.model_copy(update={"smtp": paced}), edition, on_start=stops.append)
    assert (closing.sent, closing.deferred) == (1, 3)


def test_a_terminal_that_breaks_does_not_end_the_sending(database: Database, tmp_path: Path) -> None:
    def break_pipe(_closing: Closing) -> None:
        raise BrokenPipeError("the terminal is gone")

    with ScriptedRelay(at_data=lambda _to, _times: time.sleep(0.05)) as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        edition = published(database, settings, readers=15)
        closing = send(database, settings, edition, on_progress=break_pipe)
    assert closing.sent == 15
