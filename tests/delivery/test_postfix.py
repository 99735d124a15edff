"""A real Postfix takes our mail, queues it and delivers it: a thousand messages, each whole, each once."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import dkim
import pytest
from blank_database import blank_sqlite
from desk_folder import digest_in
from local_postfix import LocalPostfix, missing, running_postfix
from newsroom import NEWSLETTER, configure, enlist, stock
from sample_edition import read
from signing_keys import DOMAIN, Zone, ed25519_key, pem, rsa_key, written, zone

READERS = 1000
SIGNED = """
[dkim]
domain = "quay.example"
rsa_selector = "r2026"
rsa_key_file = "rsa.pem"
ed25519_selector = "e2026"
ed25519_key_file = "ed25519.pem"
"""
CUTOFF = datetime(2020, 3, 14, 5, 30, tzinfo=UTC)


@pytest.fixture
def postfix() -> Iterator[LocalPostfix]:
    if reason := missing():
        pytest.skip(reason)
    with running_postfix("example.org") as running:
        yield running


def sent_through(postfix: LocalPostfix, folder: Path) -> tuple[set[str], dict[str, object]]:
    """Send an edition with `digest send`; give whom it was for, and what the command reported."""
    written(folder, "rsa.pem", pem(rsa_key()))
    written(folder, "ed25519.pem", pem(ed25519_key()))
    database = blank_sqlite(folder)
    configure(folder, database.url, postfix.url, connections=10, more=SIGNED)
    stock(database, stories=15, cutoff=CUTOFF)
    addresses = set(enlist(database, READERS))
    database.close()
    done = digest_in(folder)("send", NEWSLETTER, "--date", str(CUTOFF.date()), "--late", "--json")
    assert done.code == 0, done.err
    return addresses, json.loads(done.out)


def wait_for_delivery(postfix: LocalPostfix) -> list[bytes]:
    """Give the messages in the maildir once they are all there; the log tells what became of the rest."""
    end = time.monotonic() + 20
    while len(files := postfix.delivered()) < READERS and time.monotonic() < end:
        time.sleep(0.02)
    assert len(files) == READERS, postfix.log()
    return [file.read_bytes() for file in files]


def whole_parts(message: Message) -> list[bytes]:
    """Give what the message's parts decode to; no part may have a defect (H13)."""
    decoded = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert [part.defects for part in message.walk() if part.defects] == []
    return decoded


def key_records() -> Zone:
    """Give what the newsroom's DNS would say of its keys."""
    return Zone({name.replace(DOMAIN, "quay.example"): record for name, record in zone().records.items()})


def test_a_real_postfix_delivers_a_thousand_messages_each_whole_signed_and_once(
    postfix: LocalPostfix, tmp_path: Path
) -> None:
    addresses, report = sent_through(postfix, tmp_path)
    assert (report["eligible"], report["sent"], report["unknown"]) == (READERS, READERS, 0)
    contents = wait_for_delivery(postfix)
    messages = [message_from_bytes(content) for content in contents]
    assert {message["X-Original-To"] for message in messages} == addresses
    assert len({message["Message-ID"] for message in messages}) == READERS
    for message in messages:
        assert message["X-Original-To"] in message["To"]
        _, html = whole_parts(message)
        assert message["X-Original-To"].encode() in html
    for content in contents[::50]:
        read(content)  # every header too, which costs milliseconds
    records = key_records()
    for content in contents:
        verified = dkim.DKIM(content)
        assert [verified.verify(number, dnsfunc=records.txt) for number in range(2)] == [True, True]
