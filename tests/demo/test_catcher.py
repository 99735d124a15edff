import smtplib
import threading

import pytest

from digest.demo.catcher import Catcher, CaughtMail

WIRE = b"Subject: Dots\r\n\r\n.one\r\n..two\r\ncaf\xc3\xa9 \r\n"


def send(catcher, recipients, content=WIRE):
    with smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
        smtp.sendmail("bounce@example.org", recipients, content)


def test_the_wire_bytes_are_kept_unchanged():
    with Catcher() as catcher:
        send(catcher, ["ada@example.org"])
        assert catcher.caught == [CaughtMail("ada@example.org", "bounce@example.org", WIRE)]


def test_every_recipient_of_one_transaction_gets_a_mail():
    with Catcher() as catcher:
        send(catcher, ["ada@example.org", "bo@example.net"])
    assert [mail.recipient for mail in catcher.caught] == ["ada@example.org", "bo@example.net"]


def test_its_address_is_known_before_it_starts():
    catcher = Catcher()
    url = catcher.url
    with catcher:
        assert url == f"smtp://127.0.0.1:{catcher.port}"
        send(catcher, ["ada@example.org"])


def test_mail_over_many_connections_at_once_is_all_kept():
    with Catcher() as catcher:
        senders = [threading.Thread(target=send, args=(catcher, [f"r{n}@example.org"])) for n in range(12)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert {mail.recipient for mail in catcher.caught} == {f"r{n}@example.org" for n in range(12)}


def test_what_was_caught_stays_readable_after_the_end_and_nothing_more_comes_in():
    with Catcher() as catcher:
        send(catcher, ["ada@example.org"])
    assert len(catcher.caught) == 1
    with pytest.raises(OSError, match="refused"):
        send(catcher, ["bo@example.org"])


def test_a_list_read_earlier_does_not_grow():
    with Catcher() as catcher:
        earlier = catcher.caught
        send(catcher, ["ada@example.org"])
        assert earlier == []
        assert len(catcher.caught) == 1
