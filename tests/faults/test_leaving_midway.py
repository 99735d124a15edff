"""Readers who leave while the edition goes out: the page's answer is a promise (law 5)."""

import http.client
import os
import random
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

from bad_morning import DIGEST, READERS, BadMorning, Beginning
from newsroom import SECRET
from sqlalchemy import text

from subscribers.tokens import Purpose, keyring

LEAVERS = 100


@contextmanager
def served(send: BadMorning) -> Iterator[str]:
    """Serve the pages by `digest serve`; give where."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}
    with subprocess.Popen(
        [DIGEST, "serve", "--port", "0", "--no-schedule"],
        cwd=send.folder,
        # Its own relay is away: what it tells the operators of an edition left open must not count as a reader's copy.
        env=environment | {"PYTHONUNBUFFERED": "1", "DIGEST_SMTP__URL": "smtp://127.0.0.1:1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as serving:
        try:
            assert serving.stdout
            found = re.search(r"http://\S+:\d+", serving.stdout.readline())
            assert found
            yield found.group()
        finally:
            serving.terminate()


def press(base: str, path: str) -> None:
    """Do what a mail program does whose user presses its button for leaving (RFC 8058)."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, "List-Unsubscribe=One-Click", form)
    assert connection.getresponse().status == 200
    connection.close()


def test_after_the_answer_to_leaving_no_data_is_begun_for_the_reader(morning: Beginning) -> None:
    send = morning()
    with send.database.engine.connect() as connection:
        query = text("SELECT email, subscription.id FROM subscription JOIN subscriber ON subscriber.id = subscriber_id")
        numbers = {str(address): int(number) for address, number in connection.execute(query)}
    leavers = random.Random(7).sample(sorted(numbers), LEAVERS)  # noqa: S311 - whoever
    ring = keyring([SECRET])
    answered: dict[str, float] = {}

    def leave(address: str) -> None:
        press(base, f"/u/{ring.sign(Purpose.UNSUBSCRIBE, numbers[address])}")
        answered[address] = time.monotonic()

    with served(send) as base:
        run = send.start_cold(rate_per_second=500)  # slow enough for a hundred to leave meanwhile
        send.wait_for_accepted(1)
        with ThreadPoolExecutor(4) as visitors:
            list(visitors.map(leave, leavers))
        left_after = len(send.relay.accepted)
        report = run.report()
    begun_at = {address: at for at, address in send.relay.data_at}
    assert [address for address in leavers if begun_at.get(address, 0.0) > answered[address]] == []
    skipped = {address for address, status in send.statuses().items() if status == "skipped"}
    assert skipped == set(leavers) - set(send.relay.accepted)
    assert left_after < READERS - LEAVERS, "they left when all was over"
    assert 10 <= len(skipped) < LEAVERS
    send.check(report, unknown=0, skipped=skipped)
