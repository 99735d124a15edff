"""The registrar: hundreds of sign-ups at once, in groups, by two processes that share a database (S17, law 10)."""

import threading
from contextlib import contextmanager

from sample_readers import KEYS, NOW, intake, newcomer
from sample_sign_ups import WIDE, limits, sign_up
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from digest.database import Database
from subscribers.registrar import MOST_AT_ONCE, MOST_WAITING, TURNED_AWAY_FOR, Registrar
from subscribers.signup import Answer
from subscribers.signup_tables import SystemMail
from subscribers.store import subscribe_imported
from subscribers.tables import Consent, Subscriber, Subscription

WITHIN = 60  # seconds; a commit on a busy machine


class Office:
    """A registrar at its own connections, as a process has it, that counts its transactions and its calls."""

    def __init__(self, url, bounds, clock):
        self.database = Database(url)
        self.transactions = self.calls = 0
        self.may_go_on = threading.Event()  # cleared, it holds the thread at the next call for a mail
        self.may_go_on.set()
        self.registrar = Registrar(self.writing, KEYS, clock, bounds, self.on_asked)

    @contextmanager
    def writing(self):
        self.transactions += 1
        with self.database.writing() as session:
            yield session

    def on_asked(self):
        self.calls += 1
        assert self.may_go_on.wait(WITHIN)

    def take(self, sign_ups):
        return [self.registrar.register(one) for one in sign_ups]

    def gather(self, sign_ups):
        """Let *sign_ups* come in while the thread is held, so that they are one group."""
        self.may_go_on.clear()
        assert results(self.take([sign_up("first@example.org")])) == [Answer.ACCEPTED]
        return self.take(sign_ups)


@contextmanager
def offices(database, number=1, bounds=WIDE, clock=lambda: NOW):
    opened = [Office(database.url, bounds, clock) for _ in range(number)]
    for office in opened:
        office.registrar.start()
    try:
        yield opened
    finally:
        for office in opened:
            office.may_go_on.set()
            office.registrar.stop()
            office.database.close()


def results(futures):
    return [future.result(WITHIN) for future in futures]


def rows_of(database, table):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_thousand_sign_ups_of_one_address_at_two_registrars_cause_one_mail_s17(database):
    with offices(database, 2) as both:
        futures = []
        for number in range(500):
            for office, spelling in zip(both, ("Ada@example.org", "ada@EXAMPLE.org"), strict=True):
                futures += office.take([sign_up(spelling, ip=f"198.51.{number // 250}.{number % 250}")])
        assert set(results(futures)) == {Answer.ACCEPTED}
        assert [rows_of(database, table) for table in (SystemMail, Subscriber, Subscription, Consent)] == [1] * 4
        assert sum(office.transactions for office in both) < 500
        # One called: the mail was queued once.
        assert sum(office.calls for office in both) == 1


def test_a_limit_holds_for_two_registrars_together(database):
    with offices(database, 2, limits(per_ip_hour=7)) as both:
        numbered = [sign_up(f"{number}@example.org") for number in range(10)]
        futures = [future for office in both for future in office.take(numbered)]
        answers = results(futures)
    assert (answers.count(Answer.ACCEPTED), answers.count(Answer.BUSY)) == (7, 13)
    assert 4 <= rows_of(database, SystemMail) <= 7  # some of the ten came in at both


def test_two_registrars_that_meet_the_same_readers_in_any_order_do_not_block_each_other(database):
    with offices(database, 2) as both:
        numbered = [sign_up(f"{number}@example.org", "daily", "weekly") for number in range(300)]
        futures = both[0].take(numbered) + both[1].take(reversed(numbered))
        assert set(results(futures)) == {Answer.ACCEPTED}
    assert [rows_of(database, table) for table in (Subscriber, Subscription, SystemMail)] == [300, 600, 300]


def test_an_import_of_the_same_readers_at_the_same_time_neither_blocks_them_nor_is_blocked(database, caplog):
    addresses = [f"{number}@example.org" for number in range(400)]
    importing = Database(database.url)
    failures = []

    def bring(some):
        try:
            with importing.writing() as session:
                subscribe_imported(session, [newcomer(address) for address in some], intake())
        except DBAPIError as error:
            failures.append(error)

    with offices(database) as [office]:
        office.gather(sign_up(address) for address in reversed(addresses))
        batches = [addresses[start : start + 50] for start in range(0, 400, 50)]
        bring(addresses[1::40])
        thread = threading.Thread(target=lambda: [bring(batch) for batch in batches])
        thread.start()
        office.may_go_on.set()
        thread.join(WITHIN)
    importing.close()
    assert (failures, caplog.text) == ([], "")
    with database.reading() as session:
        assert session.scalars(select(Subscription.status).distinct().order_by(Subscription.status)).all() == [
            "active",
            "pending",
        ]
    assert (rows_of(database, Subscriber), rows_of(database, Subscription)) == (401, 401)


def test_one_that_cannot_be_taken_down_fails_alone_and_its_address_is_not_logged(database, caplog):
    with offices(database) as [office]:
        futures = office.gather([sign_up("a@example.org"), sign_up("bob@example.org", None), sign_up("c@example.org")])
        office.may_go_on.set()
        assert [futures[0].result(WITHIN), futures[2].result(WITHIN)] == [Answer.ACCEPTED] * 2
        assert "NULL" in str(futures[1].exception(WITHIN)).upper()
        assert results(office.take([sign_up("d@example.org")])) == [Answer.ACCEPTED]
    assert rows_of(database, SystemMail) == 4
    assert (office.transactions, office.calls) == (1 + 1 + 3 + 1, 3)
    assert "3 sign-ups could not be taken down together; they are tried one by one" in caplog.text
    assert "bob" not in caplog.text


def test_what_waits_shares_a_commit_and_who_no_longer_waits_is_not_taken_down(on_disk):
    with offices(on_disk) as [office]:
        futures = office.gather(sign_up(f"{number}@example.org") for number in range(MOST_AT_ONCE + 1))
        assert futures[0].cancel()
        office.may_go_on.set()
        assert set(results(futures[1:])) == {Answer.ACCEPTED}
    assert office.transactions == 3
    assert rows_of(on_disk, Subscriber) == 1 + MOST_AT_ONCE


def test_when_it_stops_all_that_waited_is_taken_down_and_what_comes_later_is_told_to_try_again(on_disk):
    with offices(on_disk) as [office]:
        before = office.gather([sign_up("a@example.org"), sign_up("b@example.org")])
        office.may_go_on.set()
    assert [future.result(0) for future in before] == [Answer.ACCEPTED] * 2
    assert [future.result(0) for future in office.take([sign_up("c@example.org")])] == [Answer.BUSY]
    assert rows_of(on_disk, Subscriber) == 3


def test_before_it_starts_and_with_too_many_waiting_it_is_busy(on_disk):
    closed = Office(on_disk.url, WIDE, lambda: NOW)
    assert [future.result(0) for future in closed.take([sign_up()])] == [Answer.BUSY]
    closed.database.close()
    with offices(on_disk) as [office]:
        futures = office.gather(sign_up() for _ in range(MOST_WAITING + 1))
        assert futures[-1].result(0) is Answer.BUSY
        assert not futures[-2].done()
        office.may_go_on.set()
        assert set(results(futures[:-1])) == {Answer.ACCEPTED}


def test_a_network_that_was_turned_away_is_so_for_a_while_without_asking_the_database(on_disk):
    now = [NOW]
    with offices(on_disk, bounds=limits(per_ip_hour=1), clock=lambda: now[0]) as [office]:
        tries = [sign_up(f"{number}@example.org") for number in range(2)]
        assert [result for one in tries for result in results(office.take([one]))] == [Answer.ACCEPTED, Answer.BUSY]
        asked = office.transactions
        assert [office.registrar.register(tries[0]).result(0) for _ in range(50)] == [Answer.BUSY] * 50
        assert office.transactions == asked
        assert results(office.take([sign_up(ip="192.0.2.8")])) == [Answer.ACCEPTED]
        now[0] += TURNED_AWAY_FOR
        assert results(office.take(tries[:1])) == [Answer.BUSY]
        assert office.transactions == asked + 2
        assert office.registrar.retry_after == 3600
