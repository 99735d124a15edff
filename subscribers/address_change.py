"""The SQL of changing an address: the wish for another one, what the mail to it asks, and its button (S16).

Nothing changes before the button is pressed: only whoever reads the new mailbox can say that it is theirs. What is
known of the new address is told to nobody but them (S06).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from subscribers.address import EmailAddress
from subscribers.allowance import Allowance, mail_keys_of
from subscribers.consent_store import insert_into, log_event
from subscribers.erasing import erase
from subscribers.known_store import read_known
from subscribers.signup_group import Rules
from subscribers.signup_store import lapses_at
from subscribers.signup_tables import MailStatus, SystemMail, SystemMailKind
from subscribers.subscriber import (
    CONFIRM_WITHIN,
    AddressEvent,
    AddressStanding,
    IllegalMoveError,
    SubscriptionStatus,
    address_move,
    may_ask,
)
from subscribers.suppression_store import SuppressedAddressError, is_hash_suppressed, is_suppressed
from subscribers.tables import Subscriber, Subscription, number_of
from subscribers.tally_store import TallyKind, held_tallies, keep_tallies, tally_key

BY_BUTTON = "the button of the mail to the new address"


class WishAnswer(StrEnum):
    """What a reader is told who wishes for another address; of what is known of that one it says nothing (S06)."""

    ACCEPTED = "accepted"
    SAME = "same"
    BUSY = "busy"


class ChangeAnswer(StrEnum):
    """What came of the button: it is done, the time is over or it was settled since, or the address is a reader's."""

    CHANGED = "changed"
    LAPSED = "lapsed"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class AskedChange:
    """What a mail asks the owner of *address*, which is None once there is nothing to answer any more."""

    address: str | None
    is_done: bool


def wish_for(
    session: Session, subscription_id: int, address: EmailAddress, rules: Rules, now: datetime
) -> WishAnswer | None:
    """Ask, by mail, the owner of *address* whether the reader behind this subscription may have it.

    The mail is only queued where the limits allow one (S07); the answer is the same. None: the reader was erased.

    Raises:
        SuppressedAddressError: the reader's own address must never be mailed.
    """
    # Not held: whoever counts holds the tallies before any reader, and here it takes a reader to know what to count.
    reader = session.exec(select(Subscriber).join(Subscription).where(Subscription.id == subscription_id)).one_or_none()
    if reader is None:
        return None
    _check_free(session, reader)
    if reader.email_key == address.key:
        return WishAnswer.SAME
    wishes, keys = tally_key(rules.keyring, TallyKind.READER, str(reader.id)), mail_keys_of(address, rules.keyring)
    allowance = Allowance(rules.limits, held_tallies(session, [wishes, keys.mailbox, keys.domain], now), now)
    if not allowance.admit_wish(wishes):
        return WishAnswer.BUSY
    address_hash = rules.keyring.address_hash(address.key)
    known = read_known(session, {address.key: address_hash})[address.key]
    allowed = None if known.is_suppressed or known.has_open else may_ask(known.asks, now)
    if allowed and (due := allowance.room_for_mail(keys, allowed)):
        allowance.count_mail(keys, due)
        _queue(session, reader, address, address_hash, due, now)
    keep_tallies(session, allowance.tallies)
    return WishAnswer.ACCEPTED


def asked_change(session: Session, mail_id: int, now: datetime) -> AskedChange | None:
    """Return what the mail with this number asks at *now* (UTC); None: there is no such mail. Changes nothing (S01)."""
    mail = _wish(session, mail_id)
    if mail is None:
        return None
    is_open = mail.answered_at is None and now < lapses_at(mail)
    return AskedChange(mail.new_email if is_open else None, is_done=_is_done(session, mail))


def change_address(session: Session, mail_id: int, now: datetime) -> ChangeAnswer | None:
    """Press the button of the mail with this number at *now* (UTC); None: there is no such mail, or no reader any more.

    Their subscriptions, their consent and what they were mailed stay theirs. Pressing again changes nothing (S02). A
    sign-up of the new address that nobody confirmed gives way; one that is a reader's of its own does not. Their other
    wishes are over: they were made by links in the old mailbox, which may be a stranger's by now.

    Raises:
        SuppressedAddressError: the old or the new address must never be mailed; nothing was changed.
    """
    mail = _wish(session, mail_id)
    if mail is None:
        return None
    wishes = _held_wishes(session, mail.subscriber_id)
    address = EmailAddress.parse(mail.new_email) if mail.new_email else None
    reader, other = _held_readers(session, mail.subscriber_id, address)
    if reader is None:
        return None
    if mail.answered_at or address is None or now >= lapses_at(mail):
        return ChangeAnswer.CHANGED if _is_done(session, mail) else ChangeAnswer.LAPSED
    _check_free(session, reader)
    if is_hash_suppressed(session, mail.address_hash):
        raise SuppressedAddressError("the new address must not be mailed: suppressed")
    if not (_gives_way(session, other) and _moved(session, reader, address, mail.address_hash)):
        return ChangeAnswer.TAKEN
    mail.answered_at = now
    for wish in wishes:
        wish.new_email = wish.reply = None
    session.flush()
    theirs = session.exec(
        select(Subscription.id).where(Subscription.subscriber_id == reader.id).order_by(col(Subscription.id))
    ).all()
    log_event(session, filter(None, theirs), AddressEvent.CHANGE_ADDRESS, provenance=BY_BUTTON, now=now)
    return ChangeAnswer.CHANGED


def forget_lapsed_wishes(session: Session, now: datetime) -> None:
    """Forget addresses that were wished for and not confirmed in time (UTC), and what relays said of them."""
    over = (col(SystemMail.new_email).is_not(None), col(SystemMail.created_at) <= now - CONFIRM_WITHIN)
    session.execute(update(SystemMail).where(*over).values(new_email=None, reply=None))


def _check_free(session: Session, reader: Subscriber) -> None:
    """Refuse a reader who may not change their address.

    Raises:
        SuppressedAddressError: it must never be mailed (B11).
    """
    is_stopped = is_suppressed(session, number_of(reader))
    try:
        address_move(AddressStanding.SUPPRESSED if is_stopped else AddressStanding.FREE, AddressEvent.CHANGE_ADDRESS)
    except IllegalMoveError as error:
        raise SuppressedAddressError(f"reader {reader.id} can't change their address: suppressed") from error


def _wish(session: Session, mail_id: int) -> SystemMail | None:
    """Return the mail that asks about a new address."""
    found = select(SystemMail).where(SystemMail.id == mail_id, SystemMail.kind == SystemMailKind.CHANGE.value)
    return session.exec(found).one_or_none()


def _held_wishes(session: Session, reader_id: int) -> Sequence[SystemMail]:
    """Return every mail about a new address for this reader, as they stand; none changes but by this transaction."""
    theirs = select(SystemMail).where(
        SystemMail.subscriber_id == reader_id, SystemMail.kind == SystemMailKind.CHANGE.value
    )
    held = theirs.order_by(col(SystemMail.id)).with_for_update()
    return session.exec(held.execution_options(populate_existing=True)).all()


def _is_done(session: Session, mail: SystemMail) -> bool:
    """Say whether the reader has the address that *mail* went to."""
    reader = session.get(Subscriber, mail.subscriber_id)
    return mail.answered_at is not None and reader is not None and reader.address_hash == mail.address_hash


def _held_readers(
    session: Session, number: int, address: EmailAddress | None
) -> tuple[Subscriber | None, Subscriber | None]:
    """Return the reader with this *number* and whoever else has *address*, locked in the order of their numbers."""
    wanted = or_(col(Subscriber.id) == number, col(Subscriber.email_key) == (address.key if address else None))
    found = session.exec(select(Subscriber).where(wanted).order_by(col(Subscriber.id)).with_for_update()).all()
    reader = next((each for each in found if each.id == number), None)
    return reader, next((each for each in found if each.id != number), None)


def _gives_way(session: Session, other: Subscriber | None) -> bool:
    """Say whether nobody is left in the way: a sign-up that nobody confirmed is erased, a reader stays."""
    if other is None:
        return True
    theirs = session.exec(select(Subscription.status).where(Subscription.subscriber_id == other.id)).all()
    if any(status != SubscriptionStatus.PENDING for status in theirs):
        return False
    erase(session, number_of(other))
    return True


def _moved(session: Session, reader: Subscriber, address: EmailAddress, address_hash: str) -> bool:
    """Give *reader* the address; False: somebody else has come by it at this very moment."""
    try:
        with session.begin_nested():
            reader.email, reader.email_key, reader.address_hash = str(address), address.key, address_hash
    except IntegrityError:
        return False
    return True


def _queue(
    session: Session, reader: Subscriber, address: EmailAddress, address_hash: str, due: datetime, now: datetime
) -> None:
    what = {"kind": SystemMailKind.CHANGE.value, "address_hash": address_hash, "subscriber_id": reader.id}
    when = {"status": MailStatus.QUEUED.value, "attempts": 0, "created_at": now, "due_at": due, "changed_at": now}
    row = {**what, **when, "new_email": str(address)}
    session.execute(insert_into(session, SystemMail).values(row).on_conflict_do_nothing())  # one is open already (S17)
