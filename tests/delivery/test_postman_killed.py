"""Postmen killed at any moment: nothing is lost, nothing comes twice, one mail at the most is unknown."""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from askings import ask, statuses
from newsroom import MORNING, configure
from scripted_relay import PASS, ScriptedRelay
from test_postman import on_sqlite, settled, wait_for

from digest.delivery.postman import postman_running

LONE_POSTMAN = Path(__file__).with_name("lone_postman.py")
READERS = 60
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}


def slowly(_recipient, _times):
    time.sleep(0.005)
    return PASS


def send_until_killed(folder, relay, accepted):
    process = subprocess.Popen([sys.executable, LONE_POSTMAN, folder, MORNING.isoformat()], env=ENVIRONMENT)
    try:
        wait_for(lambda: len(relay.accepted) >= accepted, 30)
    finally:
        process.kill()
        process.wait()


@on_sqlite
def test_a_postman_killed_midway_leaves_one_mail_unknown_at_the_most(database, tmp_path):
    for number in range(READERS):
        ask(database, f"reader{number}@example.org")
    with ScriptedRelay(at_data=slowly) as relay:
        settings = configure(tmp_path, database.url, relay.url)
        send_until_killed(tmp_path, relay, 17)
        assert not settled(database)
        assert statuses(database).count("begun") <= 1
        with postman_running(settings, database, lambda: MORNING + timedelta(minutes=1)):
            wait_for(lambda: settled(database))
    counts = Counter(statuses(database))
    assert counts["unknown"] <= 1
    assert counts["sent"] + counts["unknown"] == READERS
    assert max(Counter(relay.offered).values()) == 1
    assert counts["sent"] <= len(relay.accepted) <= READERS
