"""What is wrong, from the command line."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from desk_folder import Digest

from digest.database import Database
from digest.delivery.store import record_relays
from digest.demo.catcher import Catcher

NOBODY = "smtp://127.0.0.1:1"


def test_each_channel_can_be_tried(desk: Digest, catcher: Catcher) -> None:
    done = desk("alerts", "--test", DIGEST_SMTP__URL=catcher.url, DIGEST_ALERTS__TO="a@quay.example, b@quay.example")
    assert (done.code, done.out.splitlines()) == (0, ["a@quay.example: told", "b@quay.example: told"])
    assert message_from_bytes(catcher.caught[0].content)["Subject"] == "Test: alerts of The Example Post"
    failed = desk("alerts", "--test", DIGEST_SMTP__URL=NOBODY, DIGEST_ALERTS__WEBHOOK_URL="http://127.0.0.1:1/key")
    assert failed.code == 1
    assert [line.partition(": ")[0] for line in failed.out.splitlines()] == ["editor@example.org", "webhook"]
    assert "key" not in failed.out + failed.err


def test_what_is_wrong_is_shown_and_with_check_looked_for_and_told(
    desk: Digest, catcher: Catcher, tmp_path: Path
) -> None:
    told = {"DIGEST_SMTP__URL": catcher.url}
    assert (desk("alerts").code, desk("alerts").out) == (0, "Nothing is wrong.\n")
    now, relay = datetime.now(UTC), catcher.url.removeprefix("smtp://")
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    with database.writing() as session:
        record_relays(session, {relay: "it gives no session"}, (), now - timedelta(minutes=5))
        record_relays(session, {relay: "it gives no session"}, (), now)
    assert desk("alerts", **told).code == 0
    done = desk("alerts", "--check", **told)
    assert done.code == 1
    assert f"relay-unwell  Relay unwell: {relay}\n    {relay} takes no mail: it gives no session" in done.out
    assert len(catcher.caught) == 1
    with database.writing() as session:
        record_relays(session, {}, (relay,), now)
    database.close()
    (shown,) = json.loads(desk("alerts", "--check", "--json", **told).out)
    assert (shown["code"], shown["over_at"] is None) == ("relay-unwell", False)
    assert [message_from_bytes(mail.content)["Subject"] for mail in catcher.caught] == [
        f"Relay unwell: {relay}",
        f"Recovered: {relay} (relay unwell)",
    ]
