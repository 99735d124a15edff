"""The clerk and a ledger that fails at the worst moments; the lanes and a stop that comes at a bad one."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from newsroom import configure
from scripted_relay import ScriptedRelay
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select
from test_sending import Clock, published

from digest.database import Database
from digest.delivery.crew import Assignment, sending_loop
from digest.delivery.ledger import Closing
from digest.delivery.outlets import Share
from digest.delivery.sending import SendingLoop
from digest.delivery.tables import Delivery


class FlakyDatabase(Database):
    """Loses the answer to a commit that is done, once *moment* says so."""

    moment: Callable[[], bool] | None = None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            yield session
        if self.moment and self.moment():
            self.moment = None
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("the server closed the connection"))


def standing(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(row.status for row in session.exec(select(Delivery)))


def test_a_claim_whose_commit_seemed_to_fail_is_given_back_though_a_stop_comes_first(
    database: Database, tmp_path: Path
) -> None:
    flaky = FlakyDatabase(database.url)

    async def send() -> Closing:
        loop = sending_loop(flaky, Assignment(settings, edition, Clock()), Share())

        def has_claimed() -> bool:
            if standing(database)["claimed"]:
                loop.stop()
                return True
            return False

        flaky.moment = has_claimed
        return await loop.run()

    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        edition = published(database, settings, readers=20)
        uvloop.run(send())
    assert standing(database)["claimed"] == standing(database)["unknown"] == 0
    assert standing(database)["sent"] == len(server.accepted)
    assert not list(settings.smtp.journal.glob("*.journal"))
    flaky.close()


def test_settling_bears_with_a_ledger_that_fails_at_the_very_end(database: Database, tmp_path: Path) -> None:
    flaky = FlakyDatabase(database.url)

    async def send() -> Closing:
        flaky.moment = lambda: standing(database)["sent"] == 5
        return await sending_loop(flaky, Assignment(settings, edition, Clock()), Share()).run()

    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        edition = published(database, settings, readers=5)
        assert uvloop.run(send()).sent == 5
    assert len(server.accepted) == 5
    flaky.close()


def test_a_journal_that_can_not_be_rolled_grows_and_nothing_else(database: Database, tmp_path: Path) -> None:
    async def send() -> Closing:
        loop = sending_loop(database, Assignment(settings, edition, Clock()), Share())
        loop._journal._large = 1
        settings.smtp.journal.chmod(0o500)
        settings.smtp.journal.rename(tmp_path / "elsewhere")
        return await loop.run()

    with ScriptedRelay() as server:
        settings = configure(tmp_path, database.url, server.url, connections=1)
        edition = published(database, settings, readers=30)
        assert uvloop.run(send()).sent == 30
    assert len(set(server.accepted)) == len(server.accepted) == 30


def test_a_stop_ends_the_run_though_a_connection_is_just_being_opened(database: Database, tmp_path: Path) -> None:
    loops: list[SendingLoop] = []

    def stop_at_first(_recipient: str, _times: int) -> str | None:
        loops[0].stop()
        time.sleep(0.5)  # the answer comes when the others have greeted
        return None

    async def send() -> Closing:
        loops.append(sending_loop(database, Assignment(settings, edition, Clock()), Share()))
        async with asyncio.timeout(20):
            return await loops[0].run()

    # All but the first connection take about half a second to say what they offer.
    with ScriptedRelay(at_data=stop_at_first, reply_pace=lambda number, _messages: 200 if number else None) as server:
        settings = configure(tmp_path, database.url, server.url, connections=3)
        edition = published(database, settings, readers=9)
        closing = uvloop.run(send())
    assert closing.deferred == 9 - len(server.accepted)
    assert closing.unknown == 0
