"""Outcomes: what attempts came to, written into the ledger in groups."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, Text, case, null, select, true, update
from sqlmodel import Session

from digest.delivery.ledger import DeliveryStatus, Verdict
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.refusal import RefusalClass, classify_refusal
from digest.delivery.store.claims import HELD_BY_IT, HOLDER, Claim, still_with
from digest.delivery.store.rows import ATTEMPT, DELIVERY, ROW, ForEachRow
from digest.editions.edition import Edition
from subscribers.instant import Instant
from subscribers.suppression_store import suppress_subscribers


class Attempted(NamedTuple):
    """A claim, what delivering it came to and when (UTC), and what the ledger is to say of it."""

    claim: Claim
    outcome: Outcome
    verdict: Verdict
    at: datetime


class Ended(NamedTuple):
    """An attempt on one delivery by its numbers, what it came to and when (UTC), and what the ledger is to say."""

    subscriber_id: int
    attempt: int
    outcome: Outcome
    verdict: Verdict
    at: datetime


def record(session: Session, edition: Edition, sender: str, attempts: Sequence[Attempted]) -> None:
    """Write down what *attempts* came to, where the delivery is still *sender*'s; at most some thousand at a time.

    A sender that was thought dead and was only slow may still tell what it knows: unknown becomes known. An
    address refused for good is suppressed (B04).
    """
    record_ended(
        session,
        edition.id,
        sender,
        [
            Ended(one.claim.reader.subscriber_id, one.claim.attempt, one.outcome, one.verdict, one.at)
            for one in attempts
        ],
        f"{edition.newsletter} of {edition.schedule.local_date}",
    )


def record_ended(session: Session, edition_id: int, sender: str, attempts: Sequence[Ended], edition_name: str) -> None:
    """Do as `record` does, for attempts known by their numbers alone."""
    if not attempts:
        return
    _RECORD.run(session, [_values(one) for one in attempts], edition=edition_id, sender=sender)
    unsent = [one for one in attempts if one.outcome.kind is not OutcomeKind.SENT]
    _KEEP.run(session, [_attempt(one) for one in unsent], edition_id=edition_id)
    _suppress_refused(session, unsent, edition_name)


def _suppress_refused(session: Session, attempts: Iterable[Ended], edition_name: str) -> None:
    refused: dict[str, list[tuple[int, datetime]]] = {}
    for one in attempts:
        if one.outcome.kind is OutcomeKind.FAILED and _names_address(one.outcome):
            refused.setdefault(one.outcome.enhanced_code or "", []).append((one.subscriber_id, one.at))
    for code, found in refused.items():
        numbers = [number for number, _ in found]
        suppress_subscribers(
            session, numbers, reason=f"refused with {code} when {edition_name} was sent", now=max(at for _, at in found)
        )


def _names_address(outcome: Outcome) -> bool:
    return classify_refusal(outcome.enhanced_code, outcome.reply) is RefusalClass.ADDRESS


_RECORD = ForEachRow(
    HELD_BY_IT
    | {"status": String(), "due": Instant(), "at": Instant()}
    | {"code": Integer(), "enhanced": String(), "reply": Text()},
    lambda value, _insert: (
        update(DELIVERY)
        .where(*still_with(value))
        .values(
            status=value["status"],
            # Whose end nobody will ever tell has no sender any more.
            claimed_by=case((value["status"] == DeliveryStatus.UNKNOWN.value, null()), else_=ROW.claimed_by),
            next_attempt_at=value["due"],
            changed_at=value["at"],
            reply_code=value["code"],
            enhanced_code=value["enhanced"],
            reply=value["reply"],
        )
    ),
    common=HOLDER,
)


def _values(one: Ended) -> tuple[Any, ...]:
    outcome = one.outcome
    return (
        *(one.subscriber_id, one.attempt),
        *(one.verdict.status.value, one.verdict.next_attempt_at, one.at),
        *(outcome.code, outcome.enhanced_code, outcome.reply),
    )


_KEEP = ForEachRow(
    {each.name: each.type for each in ATTEMPT.columns if each.name != "edition_id"},
    # "WHERE true": without it SQLite takes ON CONFLICT for the condition of a join.
    lambda value, insert: (
        insert(ATTEMPT).from_select(list(value), select(*value.values()).where(true())).on_conflict_do_nothing()
    ),
    common={"edition_id": Integer()},
)


def _attempt(one: Ended) -> tuple[Any, ...]:
    outcome = one.outcome
    return (
        *(one.subscriber_id, one.attempt, outcome.kind.value, one.at),
        *(outcome.code, outcome.enhanced_code, outcome.reply),
    )
