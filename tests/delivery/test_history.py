"""The whole story of one address, from the ledger and from the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from desk_folder import digest_in
from newsroom import MORNING, SECRET, configure
from recorded import TAKEN, came_to, record
from sqlmodel import Session

from digest.delivery import store
from digest.delivery.history import past_deliveries
from digest.delivery.ledger import DeliveryStatus
from digest.delivery.outcome import Outcome, OutcomeKind, outcome_of_final_reply
from digest.delivery.reader_story import ReaderStory
from digest.editions.edition import Edition
from subscribers.record import find_reader, find_suppression
from subscribers.store import change_standing
from subscribers.subscriber import SubscriptionEvent
from subscribers.suppression_store import suppress
from subscribers.tokens import keyring

LATER = MORNING + timedelta(minutes=5)
BUSY = outcome_of_final_reply(451, "4.7.1 greylisted")


def claim_of_first(session: Session, edition: Edition) -> store.Claim:
    first, *others = store.claim(session, edition, "one", LATER, most=10)
    store.give_back(session, edition, "one", [(other, LATER) for other in others], LATER)
    return first


@pytest.fixture
def greylisted(ledger: Session, edition: Edition) -> store.Claim:
    """Defer the first reader's copy once, and send it the second time."""
    claim = claim_of_first(ledger, edition)
    record(ledger, edition, "one", came_to(claim, BUSY, DeliveryStatus.QUEUED, due=MORNING))
    again = claim_of_first(ledger, edition)
    assert again.reader == claim.reader
    record(ledger, edition, "one", came_to(again, TAKEN, DeliveryStatus.SENT))
    return again


def test_a_delivery_is_told_with_every_attempt_that_was_not_sent(ledger: Session, greylisted: store.Claim) -> None:
    [past] = past_deliveries(ledger, greylisted.reader.subscriber_id)
    assert (past.newsletter, str(past.local_date), past.status) == ("morning", "2026-03-14", "sent")
    assert (past.attempts, past.reply_code, past.reply, past.next_attempt_at) == (2, 250, TAKEN.reply, None)
    [attempt] = past.unsent
    assert (attempt.number, attempt.outcome, attempt.reply) == (1, "deferred", BUSY.reply)


def test_who_waits_is_told_when_they_are_due_and_others_stories_are_their_own(
    ledger: Session, edition: Edition
) -> None:
    claim = claim_of_first(ledger, edition)
    record(ledger, edition, "one", came_to(claim, BUSY, DeliveryStatus.QUEUED, due=LATER))
    [past] = past_deliveries(ledger, claim.reader.subscriber_id)
    assert (past.status, past.next_attempt_at) == ("queued", LATER)
    [other] = past_deliveries(ledger, claim.reader.subscriber_id + 1)
    assert other.unsent == ()


def test_a_reader_is_found_with_their_consent_and_an_erased_one_is_not(
    ledger: Session, greylisted: store.Claim
) -> None:
    number = greylisted.reader.subscription_id
    change_standing(ledger, number, SubscriptionEvent.UNSUBSCRIBE, provenance="one-click", now=LATER)
    ledger.flush()
    reader = find_reader(ledger, greylisted.reader.address)
    assert reader is not None
    [subscription] = reader.subscriptions
    assert (subscription.newsletter, subscription.status, subscription.changed_at) == ("morning", "unsubscribed", LATER)
    assert [(each.event, each.provenance) for each in subscription.consent] == [
        ("import", "test"),
        ("unsubscribe", "one-click"),
    ]
    assert find_reader(ledger, "nobody@example.org") is None


def test_why_an_address_must_not_be_mailed_is_known_even_of_nobody(ledger: Session) -> None:
    suppress(ledger, "nobody@example.org", keyring=keyring([SECRET]), reason="complaint", now=MORNING)
    ledger.flush()
    found = find_suppression(ledger, "nobody@example.org", keyring([SECRET]))
    assert found is not None
    assert (found.reason, found.at) == ("complaint", MORNING)
    told = list(ReaderStory(None, found, []).lines("nobody@example.org"))
    assert told == [
        "nobody@example.org is no reader's address",
        "must not be mailed since 2026-03-14 06:00:00: complaint",
    ]


def test_a_story_reads_line_by_line(ledger: Session, greylisted: store.Claim) -> None:
    address = greylisted.reader.address
    reader, past = find_reader(ledger, address), past_deliveries(ledger, greylisted.reader.subscriber_id)
    lines = list(ReaderStory(reader, None, past).lines(address))
    assert lines[0] == f"{address}, reader {greylisted.reader.subscriber_id} since 2026-03-14 05:30:00"
    assert lines[1:] == [
        "morning: active since 2026-03-14 05:30:00",
        "  2026-03-14 05:30:00 import: test",
        "morning 2026-03-14: sent 2026-03-14 06:00:00, 2 attempts: 250 2.0.0 queued as 4711",
        "  2026-03-14 06:00:00 attempt 1 deferred: 451 4.7.1 greylisted",
    ]


def test_the_last_attempt_is_told_once_and_no_reply_moves_the_cursor(ledger: Session, edition: Edition) -> None:
    claim = claim_of_first(ledger, edition)
    rude = Outcome(OutcomeKind.FAILED, 550, "5.1.1", "5.1.1 no\r\n\x1b[2Jsuch user")
    record(ledger, edition, "one", came_to(claim, rude, DeliveryStatus.FAILED))
    past = past_deliveries(ledger, claim.reader.subscriber_id)
    lines = list(ReaderStory(None, None, past).lines(claim.reader.address))
    assert lines[1:] == ["morning 2026-03-14: failed 2026-03-14 06:00:00: 550 5.1.1 no [2Jsuch user"]


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_tells_the_story_and_says_when_there_is_none(database_url: str, tmp_path: Path) -> None:
    configure(tmp_path, database_url)
    digest = digest_in(tmp_path)
    told = digest("subscribers", "show", "Reader1@Example.org")
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[-1] == "morning 2026-03-14: queued 2026-03-14 06:00:00, due 2026-03-14 06:00:00"
    story = json.loads(digest("subscribers", "show", "reader1@example.org", "--json").out)
    assert story["reader"]["subscriptions"][0]["status"] == "active"
    assert (story["suppression"], story["deliveries"][0]["local_date"]) == (None, "2026-03-14")
    unknown = digest("subscribers", "show", "nobody@example.org")
    assert (unknown.code, unknown.out, unknown.err) == (1, "", "nothing is known of nobody@example.org\n")
