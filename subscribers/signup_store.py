"""The SQL behind the links of a mail that asks to confirm: what it asks, and what its buttons do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subscribers.consent_store import insert_into
from subscribers.known_store import ASKING
from subscribers.lifecycle_store import confirm
from subscribers.signup_tables import MailStatus, SystemMail, SystemMailKind
from subscribers.store import Standing, change_standing
from subscribers.subscriber import CONFIRM_WITHIN, SubscriptionEvent, SubscriptionStatus
from subscribers.suppression_store import is_hash_suppressed, suppress_hash
from subscribers.tables import Subscriber, Subscription

BY_BUTTON = "the button of the confirmation mail"
NOT_ME = "the owner of the address did not ask for this"
_WAITING = (SubscriptionStatus.PENDING, SubscriptionStatus.RETURNING)
_IN = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a mail asks its reader, by the slugs of newsletters.

    Its button confirms `newsletters`. `others` were asked for since, perhaps by a stranger: they are for the reader
    to tick (S14). `confirmed` are those of its newsletters that the reader gets already, `left` those left since,
    which its button does not bring back. `is_lapsed` says that there is no longer anything to confirm.
    """

    subscriber_id: int
    newsletters: tuple[str, ...]
    others: tuple[str, ...]
    confirmed: tuple[str, ...]
    left: tuple[str, ...]
    is_lapsed: bool
    is_suppressed: bool


def asked_for(session: Session, mail_id: int, now: datetime) -> AskedFor | None:
    """Return what the mail with this number asks at *now* (UTC). Changes nothing (S01).

    None: there is no such mail, or its reader has another address by now.
    """
    mail = _confirmation(session, mail_id)
    if mail is None or _has_moved(session, mail):
        return None
    rows = session.exec(select_rows(Subscription).where(col(Subscription.subscriber_id) == mail.subscriber_id)).all()
    asked = [row for row in rows if row.asked_in is not None and row.asked_in <= mail_id]
    others = [row for row in rows if row not in asked]
    waiting, confirmed = _standing_at(asked, _WAITING), _standing_at(asked, _IN)
    is_over = now >= lapses_at(mail) or not waiting
    return AskedFor(
        subscriber_id=mail.subscriber_id,
        newsletters=waiting,
        others=_standing_at(others, _WAITING),
        confirmed=confirmed,
        left=_standing_at(asked, (SubscriptionStatus.UNSUBSCRIBED,)),
        is_lapsed=is_over and not confirmed,
        is_suppressed=is_hash_suppressed(session, mail.address_hash),
    )


def lapses_at(mail: SystemMail) -> datetime:
    """Return when (UTC) the button of *mail* ceases to confirm anything: days after the sign-up, not the sending."""
    return mail.created_at + CONFIRM_WITHIN


def answer(
    session: Session,
    mail_id: int,
    *,
    now: datetime,
    also: Collection[str] = (),
    editions: Iterable[int] = (),
    provenance: str = BY_BUTTON,
) -> tuple[Standing, ...] | None:
    """Press the button of the mail with this number at *now* (UTC); return where its reader stands with that.

    *also* are newsletters ticked beside the button, *editions* the numbers of those to be mailed to one who asked for
    the latest. None means that there is no such mail, that it lapsed before its button was pressed, or that its reader
    has another address by now, of which it says nothing. Pressing again changes nothing (S02).

    Raises:
        SuppressedAddressError: the address must never be mailed; nothing was changed.
    """
    mail = _confirmation(session, mail_id, is_held=True)
    if mail is None or _has_moved(session, mail, is_held=True):
        return None
    if now >= lapses_at(mail):
        if mail.answered_at is None:
            return None
        also = editions = ()
    standings = confirm(session, mail.subscriber_id, mail_id, provenance=provenance, now=now, also=also)
    # Only the first time: pressed again on a later day, it would bring that day's edition too (S02).
    if mail.answered_at is None and any(standing.status in _IN for standing in standings):
        mail.answered_at = now
        session.flush()
        _queue_editions(session, mail, editions, now)
    return standings


def deny(session: Session, mail_id: int, *, now: datetime) -> bool:
    """Never mail again whom the mail with this number went to, and take them off every newsletter (S09).

    A reader who wished for the address, or has another one by now, stays where they are. False means that there is no
    such mail. It never lapses, works when the reader is erased long ago, and to do it twice does no harm.
    """
    mail = session.get(SystemMail, mail_id)
    if mail is None or mail.kind not in ASKING:
        return False
    its = (col(Subscriber.id) == mail.subscriber_id, col(Subscriber.address_hash) == mail.address_hash)
    theirs = select(col(Subscription.id)).join(Subscriber).where(*its)
    for number in filter(None, session.scalars(theirs.order_by(col(Subscription.id))).all()):
        change_standing(session, number, SubscriptionEvent.UNSUBSCRIBE, provenance=NOT_ME, now=now)
    suppress_hash(session, mail.address_hash, NOT_ME, now)
    return True


def _confirmation(session: Session, mail_id: int, *, is_held: bool = False) -> SystemMail | None:
    """Return the mail that asks to confirm; one *is_held* changes only with this transaction."""
    found = select_rows(SystemMail).where(SystemMail.id == mail_id, SystemMail.kind == SystemMailKind.CONFIRM.value)
    if is_held:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.exec(found).one_or_none()


def _has_moved(session: Session, mail: SystemMail, *, is_held: bool = False) -> bool:
    """Say whether the reader of *mail* has another address by now; who *is_held* keeps it in this transaction."""
    its = select(col(Subscriber.address_hash)).where(col(Subscriber.id) == mail.subscriber_id)
    return session.scalar(its.with_for_update() if is_held else its) not in {mail.address_hash, None}


def _standing_at(rows: Iterable[Subscription], statuses: Collection[SubscriptionStatus]) -> tuple[str, ...]:
    return tuple(sorted(row.newsletter for row in rows if row.status in statuses))


def _queue_editions(session: Session, mail: SystemMail, editions: Iterable[int], now: datetime) -> None:
    """Queue each of *editions* for the reader of *mail*, once (law 6)."""
    mine = {"kind": SystemMailKind.LATEST.value, "address_hash": mail.address_hash, "subscriber_id": mail.subscriber_id}
    when = {"status": MailStatus.QUEUED.value, "attempts": 0, "created_at": now, "due_at": now, "changed_at": now}
    for edition_id in sorted(set(editions)):
        row = {**mine, **when, "edition_id": edition_id}
        session.execute(insert_into(session, SystemMail).values(row).on_conflict_do_nothing())
