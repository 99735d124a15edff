"""The canary: its mailbox is asked, by IMAP, for the very message that a relay took for it."""

import asyncio
import re
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes
from typing import Self

import pytest
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist, stock

from digest.alerts.canary import CanaryError
from digest.alerts.canary_watch import look_for_canary
from digest.alerts.watchdog import look
from digest.delivery.crew import Assignment
from digest.delivery.dispatch import deliver, prepare
from digest.demo.catcher import Catcher
from digest.errors import BadInputError

LATER = MORNING + timedelta(minutes=31)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Imap:
    """A mailbox that holds the messages whose `identities` a test puts in."""

    def __init__(self) -> None:
        self.identities: list[str] = []
        self.said: list[str] = []
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline().decode():
                    tag, _, command = line.strip().partition(" ")
                    mailbox.said.append(command)
                    self.wfile.write(mailbox.answer(command) + f"{tag} ".encode() + mailbox.verdict(command) + b"\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.url = f"imap://canary:pass%2Fword@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def answer(self, command: str) -> bytes:
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if wanted := re.fullmatch(r'SEARCH HEADER Message-ID "(.*)"', command):
            found = [str(number) for number, one in enumerate(self.identities, 1) if one == wanted[1]]
            return " ".join(["* SEARCH", *found]).encode() + b"\r\n"
        return b""

    def verdict(self, command: str) -> bytes:
        is_refused = command.startswith("LOGIN") and '"pass/word"' not in command
        return b"NO who are you" if is_refused else b"OK done"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def canary(url):
    return f'[alerts]\ncanary = "Reader1@example.org"\ncanary_url = "{url}"\n'


def send(database, settings):
    stock(database)
    enlist(database, 2)
    published = asyncio.run(prepare(database, settings, NEWSLETTER, DAY, MORNING, late=False))
    assert asyncio.run(deliver(database, Assignment(settings, published, lambda: MORNING))).sent == 2


def watch(database, settings, now):
    look_for_canary(database, settings, now)
    change = look(database, settings, now)
    return [one.finding.code.value for one in change.opened], [one.finding.code.value for one in change.over]


def test_a_copy_that_does_not_come_is_told_of_and_over_when_it_has(database, tmp_path):
    with Catcher() as relay, Imap() as mailbox:
        settings = configure(tmp_path, database.url, relay.url, more=canary(mailbox.url))
        send(database, settings)
        mailbox.identities.append("<another@example.org>")
        assert watch(database, settings, MORNING) == ([], [])
        assert watch(database, settings, LATER) == (["canary-absent"], [])
        mine = next(mail for mail in relay.caught if mail.recipient == "reader1@example.org")
        mailbox.identities.append(message_from_bytes(mine.content)["Message-ID"])
        assert watch(database, settings, LATER) == ([], ["canary-absent"])
        asked = len(mailbox.said)
        assert watch(database, settings, LATER) == ([], [])
    assert len(mailbox.said) == asked  # what was seen is not asked for again
    assert "EXAMINE INBOX" in " ".join(mailbox.said).replace('"', "")


@on_sqlite
def test_a_mailbox_that_can_not_be_read_is_said_without_its_password(database, tmp_path):
    with Catcher() as relay, Imap() as mailbox:
        settings = configure(tmp_path, database.url, relay.url, more=canary(mailbox.url))
        send(database, settings)
        wrong = configure(tmp_path, database.url, more=canary(mailbox.url.replace("pass", "hunter2")))
        with pytest.raises(CanaryError, match=r"does not let us look: .*who are you") as refused:
            look_for_canary(database, wrong, MORNING)
    with pytest.raises(CanaryError, match="gives no session"):
        look_for_canary(database, settings, MORNING)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["imap://user:hunter2@imap.example.org/", "imaps://imap.example.org", "https://u:hunter2@x"]
)
def test_an_address_that_is_none_is_refused_without_showing_it(tmp_path, url):
    with pytest.raises(BadInputError, match="must read imaps://user:password@host/INBOX") as refused:
        configure(tmp_path, "sqlite:///x.db", more=canary(url))
    assert "hunter2" not in str(refused.value)
