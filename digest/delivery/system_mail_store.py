"""The SQL of the mails that the service itself writes: claimed, begun, recorded, and what the dead left behind.

Like the ledger's, each row goes to a relay once; unlike there, no journal stands beside it: what is begun is written
into the row before the final dot, for these mails are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, exists, literal_column, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from digest.delivery.latest_store import EditionCopy, copy_for
from digest.delivery.ledger import DeliveryStatus, Patience, some_jitter, verdict
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.refusal import RefusalClass, classify_refusal
from digest.delivery.store import BEGUN, DEAD_AFTER
from digest.delivery.tables import Sender
from subscribers.known_store import ASKING, IS_SETTLED
from subscribers.lifecycle_store import mark_asked
from subscribers.signup_tables import MailStatus, SystemMail, SystemMailKind
from subscribers.subscriber import CONFIRM_WITHIN, PastAsk, may_ask
from subscribers.suppression_store import is_hash_suppressed, is_suppressed, suppress_hash
from subscribers.tables import Subscriber, number_of

PATIENCE = Patience(first=timedelta(seconds=30), longest=timedelta(hours=1))
# Whoever is asked must have a day left to answer before the button lapses (S07); tomorrow there is a newer edition.
_GIVE_UP_AFTER = {
    SystemMailKind.CONFIRM: CONFIRM_WITHIN - timedelta(days=1),
    SystemMailKind.CHANGE: CONFIRM_WITHIN - timedelta(days=1),
    SystemMailKind.LATEST: timedelta(days=1),
}
ERASED = "the reader was erased before it left"
ASKED_ENOUGH = "the address was asked often enough and never answered"
NOTHING_TO_CONFIRM = "nothing was left to confirm, or the address must not be mailed"
NO_CHANGE_WANTED = "the reader was erased or stopped, or the new address must not be mailed"
NO_COPY_WANTED = "the reader left, must not be mailed, or gets this edition as everybody does"

_MAY_HAVE_LEFT = (MailStatus.BEGUN, MailStatus.SENT, MailStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address that a reader wishes for; its owner is asked."""

    email: str


# The newsletters that a confirmation asks about, by slug; an edition for one reader; or an address for one.
Matter: TypeAlias = tuple[str, ...] | EditionCopy | NewAddress


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail in the hand of *claimed_by*: where it goes, and what it is about."""

    id: int
    attempt: int
    claimed_by: str
    subscriber_id: int
    address: str
    about: Matter
    give_up_at: datetime


class AnsweredMail(NamedTuple):
    """What an attempt came to, and when (UTC)."""

    mail: ClaimedMail
    outcome: Outcome
    at: datetime


class Waiting(NamedTuple):
    """Whether a mail is due, and whether a postman died with one in hand."""

    is_due: bool
    is_abandoned: bool


def waiting(session: Session, now: datetime) -> Waiting:
    """Return what there is to be done at *now* (UTC)."""
    due = exists().where(*_due(now))
    abandoned = exists().where(_has(MailStatus.CLAIMED, MailStatus.BEGUN), _of_the_dead(now))
    return Waiting(*session.execute(select(due, abandoned)).one())


def claim(session: Session, sender: str, now: datetime) -> ClaimedMail | None:
    """Take the mail that is due longest at *now* (UTC) for *sender*, if it is still to be sent; None for no mail.

    The reader's standing is read in this transaction, as is when the address was asked before: who left, must not be
    mailed or was asked within 24 hours gets none (law 5, S07). What need not be sent is dropped on the way to one
    that must.
    """
    wanted = select_rows(SystemMail).where(*_due(now)).order_by(col(SystemMail.due_at), col(SystemMail.id)).limit(1)
    while row := session.exec(wanted.with_for_update(skip_locked=True)).first():
        if mail := _claimed(session, row, sender, now):
            return mail
        session.flush()
    return None


def begin(session: Session, mail: ClaimedMail, now: datetime) -> bool:
    """Note that the final dot of *mail* is about to leave; False when somebody else has taken it over."""
    begun = (
        update(SystemMail)
        .where(col(SystemMail.id) == mail.id, _is_held(mail), _has(MailStatus.CLAIMED))
        .values(status=MailStatus.BEGUN.value, changed_at=now)
        .returning(col(SystemMail.id))
    )
    return session.execute(begun).first() is not None


def give_back(session: Session, mails: Sequence[ClaimedMail], now: datetime) -> None:
    """Queue *mails* again that did not leave; nobody is to blame, and the attempt does not count."""
    for mail in mails:
        held = (col(SystemMail.id) == mail.id, _is_held(mail), _has(MailStatus.CLAIMED, MailStatus.BEGUN))
        session.execute(update(SystemMail).where(*held).values(_queued_again(now)))


def record(session: Session, answered: Sequence[AnsweredMail]) -> None:
    """Write down what attempts came to, of mails still held; an address refused for good is suppressed (B04).

    A postman that was thought dead and was only slow may still tell: unknown becomes known, but is not tried again,
    for the address may have been asked anew since.
    """
    for one in answered:
        held = (SystemMail.id == one.mail.id, _is_held(one.mail))
        row = session.exec(select_rows(SystemMail).where(*held).with_for_update()).one_or_none()
        if row is None:
            continue
        _write_down(row, one)
        if one.outcome.kind is OutcomeKind.FAILED and _names_address(one.outcome):
            reason = f"refused with {one.outcome.enhanced_code} when a {row.kind} mail was sent"
            suppress_hash(session, row.address_hash, reason, one.at)


def sort_out_the_dead(session: Session, now: datetime) -> None:
    """Queue again what postmen who died by *now* (UTC) had not begun; what they had begun is unknown (law 6)."""
    claimed, begun = (_has(MailStatus.CLAIMED), _of_the_dead(now)), (_has(MailStatus.BEGUN), _of_the_dead(now))
    session.execute(update(SystemMail).where(*claimed).values(_queued_again(now)))
    session.execute(update(SystemMail).where(*begun).values(status=MailStatus.UNKNOWN.value, reply=BEGUN))


def words_about_the_erased(session: Session, most: int) -> Sequence[int]:
    """Return up to *most* mails, by number, in which a relay speaks of a reader who has been erased since."""
    reader = exists().where(col(Subscriber.id) == col(SystemMail.subscriber_id))
    spoken_of = (col(SystemMail.reply_code).is_not(None), col(SystemMail.reply).is_not(None))
    return list(filter(None, session.scalars(select(col(SystemMail.id)).where(*spoken_of, ~reader).limit(most))))


def forget_words(session: Session, mails: Sequence[int]) -> None:
    """Forget what relays said to *mails* (numbers): they quote addresses in ways that nobody can list (B12)."""
    session.execute(update(SystemMail).where(col(SystemMail.id).in_(mails)).values(reply=None))


def _claimed(session: Session, row: SystemMail, sender: str, now: datetime) -> ClaimedMail | None:
    """Give *row* to *sender*; or put it off, or drop it, and return None."""
    may_go_at = now if row.kind == SystemMailKind.LATEST else may_ask(_past_asks(session, row), now)
    if may_go_at and may_go_at > now:
        row.due_at = may_go_at
        return None
    reader = session.get(Subscriber, row.subscriber_id)
    about = _matter(session, row, reader) if may_go_at else ASKED_ENOUGH
    row.changed_at = now
    if row.id is None or reader is None or isinstance(about, str):
        row.status, row.reply = MailStatus.DROPPED.value, str(about)
        return None
    row.status, row.claimed_by = MailStatus.CLAIMED.value, sender
    row.attempts += 1
    give_up_at = row.created_at + _GIVE_UP_AFTER[SystemMailKind(row.kind)]
    address = about.email if isinstance(about, NewAddress) else reader.email
    return ClaimedMail(row.id, row.attempts, sender, row.subscriber_id, address, about, give_up_at)


def _matter(session: Session, row: SystemMail, reader: Subscriber | None) -> Matter | str:
    """Return what the mail is about, or why it is not to be sent any more."""
    if row.kind == SystemMailKind.CHANGE:
        return _new_address(session, row, reader) or NO_CHANGE_WANTED
    if row.id is None or reader is None or reader.address_hash != row.address_hash:
        return ERASED
    if row.kind == SystemMailKind.LATEST:
        return copy_for(session, row.subscriber_id, row.edition_id or 0) or NO_COPY_WANTED
    return mark_asked(session, row.subscriber_id, row.id) or NOTHING_TO_CONFIRM


def _new_address(session: Session, row: SystemMail, reader: Subscriber | None) -> NewAddress | None:
    if reader is None or row.new_email is None or is_suppressed(session, number_of(reader)):
        return None
    return None if is_hash_suppressed(session, row.address_hash) else NewAddress(row.new_email)


def _past_asks(session: Session, row: SystemMail) -> list[PastAsk]:
    """Return the other mails that asked this address and may have arrived."""
    others = select(col(SystemMail.changed_at), IS_SETTLED).where(
        col(SystemMail.address_hash) == row.address_hash,
        col(SystemMail.kind).in_(ASKING),
        col(SystemMail.id) != row.id,
        _has(*_MAY_HAVE_LEFT),
    )
    return [PastAsk(left_at, is_settled) for left_at, is_settled in session.execute(others)]


def _write_down(row: SystemMail, one: AnsweredMail) -> None:
    ruling = verdict(one.outcome, one.mail.attempt, one.at, one.mail.give_up_at, PATIENCE, jitter=some_jitter())
    status = MailStatus(ruling.status.value)
    if status is MailStatus.QUEUED and row.status == MailStatus.UNKNOWN:
        status = MailStatus.FAILED
    row.status, row.claimed_by, row.changed_at = status.value, None, one.at
    row.due_at = ruling.next_attempt_at if ruling.status is DeliveryStatus.QUEUED else row.due_at
    row.reply_code, row.enhanced_code, row.reply = one.outcome.code, one.outcome.enhanced_code, one.outcome.reply


def _names_address(outcome: Outcome) -> bool:
    return classify_refusal(outcome.enhanced_code, outcome.reply) is RefusalClass.ADDRESS


def _queued_again(now: datetime) -> dict[str, object]:
    again = {"status": MailStatus.QUEUED.value, "claimed_by": None, "changed_at": now}
    return {**again, "attempts": col(SystemMail.attempts) - 1}


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _has(MailStatus.QUEUED), col(SystemMail.due_at) <= now


def _has(*statuses: MailStatus) -> ColumnElement[bool]:
    """Return the condition that a mail stands at one of *statuses*, written out for the partial indexes."""
    return col(SystemMail.status).in_([literal_column(f"'{status.value}'") for status in statuses])


def _is_held(mail: ClaimedMail) -> ColumnElement[bool]:
    return (col(SystemMail.claimed_by) == mail.claimed_by) & (col(SystemMail.attempts) == mail.attempt)


def _of_the_dead(now: datetime) -> ColumnElement[bool]:
    beating = select(col(Sender.id)).where(col(Sender.heartbeat_at) >= now - DEAD_AFTER)
    return col(SystemMail.claimed_by).not_in(beating)
