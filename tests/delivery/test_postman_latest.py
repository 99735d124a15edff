"""The latest edition, mailed by itself to one who has just come."""

import email
import email.policy

import pytest
from askings import KEYS, leave, mails, statuses
from newsroom import DAY, MORNING, NEWSLETTER, configure, enlist
from scripted_relay import ScriptedRelay
from sqlalchemy import text
from sqlmodel import select
from test_postman import settled, wait_for

from digest.delivery.message import Reader
from digest.delivery.postman import postman_running
from digest.delivery.proof import compile_for
from digest.delivery.publishing import find_published
from digest.rendering.lint import Severity, lint_message
from subscribers.signup_tables import SystemMail
from subscribers.tables import Subscriber

NEWCOMER = "reader11@example.org"


@pytest.fixture
def bring(database, edition, tmp_path):
    """Give a way to have the edition mailed to a reader by itself; it returns what the relay got."""
    enlist(database, 11)  # ten of them are in the ledger

    def carry(address):
        with database.writing() as session:
            reader = session.exec(select(Subscriber).where(Subscriber.email == address)).one()
            when = {"created_at": MORNING, "due_at": MORNING, "changed_at": MORNING}
            whose = {"address_hash": reader.address_hash, "subscriber_id": reader.id, "edition_id": edition.id}
            session.add(SystemMail(kind="latest", status="queued", **whose, **when))
        with ScriptedRelay() as relay:
            with postman_running(configure(tmp_path, database.url, relay.url), database, lambda: MORNING):
                wait_for(lambda: settled(database))
            return relay.contents

    return carry


def test_a_newcomer_gets_the_same_mail_that_the_others_got(database, bring, tmp_path):
    (content,) = bring(NEWCOMER)
    assert statuses(database) == ["sent"]
    assert [fault for fault in lint_message(content[:-3], relaxed=True) if fault.severity is Severity.ERROR] == []
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    published = find_published(database, NEWSLETTER, DAY)
    compiled = compile_for(configure(tmp_path, database.url), NEWSLETTER, DAY, published.artifact)
    with database.reading() as session:
        number, subscription = session.execute(
            text("SELECT s.id, n.id FROM subscriber s JOIN subscription n ON n.subscriber_id = s.id WHERE email = :of"),
            {"of": NEWCOMER},
        ).one()
    assert f"/u/{KEYS.sign('unsubscribe', subscription)}>" in mail["List-Unsubscribe"]
    assert mail["Message-ID"] == compiled.message_id(Reader(number, subscription, NEWCOMER))


@pytest.mark.parametrize("why", ["in the ledger", "left"])
def test_who_gets_it_anyway_or_may_not_be_mailed_gets_no_copy(database, bring, why):
    if why == "left":
        leave(database)
    assert bring(NEWCOMER if why == "left" else "reader3@example.org") == []
    assert statuses(database) == ["dropped"]
    assert mails(database)[0].reply
