"""What senders left behind: their heartbeat, and what they had in hand when they died."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from digest.delivery.journal_lines import Answered
from digest.delivery.ledger import DeliveryStatus, Patience, some_jitter, verdict
from digest.delivery.outcome import unanswered
from digest.delivery.store.claims import held_by, queue_again
from digest.delivery.store.outcomes import Ended, record_ended
from digest.delivery.store.rows import DELIVERY, ROW, has, same
from digest.delivery.store.sums import give_up_queue, queue, settle
from digest.delivery.tables import Sender
from digest.editions.edition import Edition, EditionEvent, EditionStatus
from digest.editions.store import change_status, find_edition
from digest.editions.tables import EditionRow

ABANDONED = "its sender died with this in hand: it may or may not have gone out"
BEGUN = "its sender died after it began to send this: it may or may not have gone out"
DEAD_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Sorted:
    """How many of a dead sender's deliveries were recorded as answered, queued again, and are unknown."""

    recorded: int
    requeued: int
    unknown: int


def beat(session: Session, sender: str, host: str, now: datetime) -> None:
    """Say that *sender* is alive; the first beat signs it on."""
    row = session.get(Sender, sender) or Sender(id=sender, host=host, started_at=now, heartbeat_at=now)
    row.heartbeat_at = now
    session.add(row)


def mark_abandoned(session: Session, edition: Edition, now: datetime, alive: Collection[str] = ()) -> int:
    """Make unknown what senders whose heart stopped beating had in hand; return how many that were.

    Those named in *alive* are known to live, however long they were silent. The others' journals may tell more
    later (`sort_out`), or they themselves, when they were only slow (`record`).
    """
    beating = select(col(Sender.id)).where(col(Sender.heartbeat_at) >= now - DEAD_AFTER)
    # What is just being recorded or taken over by somebody else is stepped past.
    theirs = (
        select(ROW.edition_id, ROW.subscriber_id)
        .where(
            ROW.edition_id == edition.id,
            has(DeliveryStatus.CLAIMED),
            ROW.claimed_by.not_in(beating),
            ROW.claimed_by.not_in(list(alive)),
        )
        .with_for_update(skip_locked=True)
        .cte("abandoned")
    )
    marked = session.execute(
        update(DELIVERY)
        .where(*same(theirs))
        .values(status=DeliveryStatus.UNKNOWN.value, reply=ABANDONED, changed_at=now)
        .returning(ROW.subscriber_id)
    )
    return len(marked.all())


def sort_out(
    session: Session,
    edition_id: int,
    sender: str,
    answered: Sequence[Answered],
    begun: Collection[int],
    *,
    certain: bool,
    patience: Patience,
    now: datetime,
) -> Sorted:
    """Sort out what a dead *sender* still holds of an edition by what its journal tells; repeating it is harmless.

    What was *answered* is recorded, if the answer is to the attempt that the ledger has. What was *begun* is unknown.
    The rest had not begun and is queued again, the attempt not counted; but when the journal is not *certain* to name
    all that had, it is unknown. An edition that was settled meanwhile is reopened, or past its deadline settled anew.
    """
    row = session.get(EditionRow, edition_id, with_for_update=True)
    held = held_by(session, edition_id, sender)
    if row is None or not held:
        return Sorted(0, 0, 0)
    answers = {one.subscriber_id: one for one in answered if held.get(one.subscriber_id) == one.attempt}
    lost = _lost(held, begun, now, certain=certain)
    ended = [_ended(one, row.deadline, patience) for one in (lost | answers).values()]
    spared = [(number, attempt, now) for number, attempt in held.items() if number not in lost | answers]
    record_ended(session, edition_id, sender, ended, f"{row.newsletter} of {row.local_date}")
    queue_again(session, edition_id, sender, spared, now)
    unknown = sum(one.verdict.status is DeliveryStatus.UNKNOWN for one in ended if one.subscriber_id not in answers)
    if row.status == EditionStatus.SENT:
        _reopen_or_settle(session, row, now)
    return Sorted(len(answers), len(held) - len(answers) - unknown, unknown)


def _lost(held: Mapping[int, int], begun: Collection[int], now: datetime, *, certain: bool) -> dict[int, Answered]:
    """Return, as if it had been answered, what of *held* (subscriber to attempt) may or may not have gone out."""
    if not certain:
        return {number: Answered(number, attempt, unanswered(ABANDONED), now) for number, attempt in held.items()}
    return {number: Answered(number, held[number], unanswered(BEGUN), now) for number in begun if number in held}


def _ended(one: Answered, deadline: datetime, patience: Patience) -> Ended:
    ruling = verdict(one.outcome, one.attempt, one.at, deadline, patience, jitter=some_jitter())
    return Ended(one.subscriber_id, one.attempt, one.outcome, ruling, one.at)


def _reopen_or_settle(session: Session, row: EditionRow, now: datetime) -> None:
    """Bring a settled edition into line with what has been learnt of its deliveries since."""
    edition = find_edition(session, row.newsletter, row.local_date)
    if edition is None:
        return
    if now < row.deadline and queue(session, edition).next_due:
        change_status(session, edition, EditionEvent.REOPEN)
        return
    give_up_queue(session, edition, now)
    settle(session, edition, now)
