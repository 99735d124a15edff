"""A confirmation does not wait for the edition that is on its way to everybody else."""

import time

from askings import ask
from bad_morning import Beginning, unhurried, wait_for
from newsroom import MORNING, configure

from digest.delivery.postman import postman_running


def test_while_an_edition_is_sent_a_confirmation_leaves_within_seconds(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    send.start()
    send.wait_for_accepted(100)
    settings = configure(send.folder, send.database.url, send.relay.url)
    with postman_running(settings, send.database, lambda: MORNING) as nudge:
        ask(send.database, "somebody@example.net")
        asked_at = time.monotonic()
        nudge()
        wait_for(lambda: "somebody@example.net" in send.relay.accepted)
    assert time.monotonic() - asked_at < 5
    assert send.count("queued"), "the edition was through already"
