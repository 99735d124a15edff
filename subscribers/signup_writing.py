"""The SQL that writes what was decided of sign-ups: readers, subscriptions, consent, and the mails to be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, and_, case, insert, literal, null, select, true, update
from sqlmodel import Session, col

from subscribers.client_address import truncated
from subscribers.consent_store import insert_into
from subscribers.given_rows import given
from subscribers.instant import Instant
from subscribers.signup import Decision, SignUp
from subscribers.signup_tables import MailStatus, SystemMail, SystemMailKind
from subscribers.subscriber import SubscriptionEvent, SubscriptionStatus
from subscribers.tables import Consent, Subscriber, Subscription, Wording

_LONGEST_PAGE = 200
_UNSEEN = {"synchronize_session": False}  # no row of the session's is looked at again


@dataclass(frozen=True, slots=True)
class Decided:
    """A sign-up, what was decided of it, and the keyed hash of its address."""

    sign_up: SignUp
    decision: Decision
    address_hash: str


def write_decided(session: Session, decided: Sequence[Decided], now: datetime) -> bool:
    """Write what was *decided* at *now* (UTC); say whether a mail was queued.

    Every statement runs, also with nothing to write.
    """
    kept = [each for each in decided if each.decision.moves]
    _keep_wordings(session, kept, now)
    _add_readers(session, kept, now)
    moves = _moves_of(session, kept)
    _hold(session, moves)
    _add_subscriptions(session, moves, now)
    _move_subscriptions(session, moves, now)
    _log_consent(session, moves, now)
    return _queue_mails(session, kept, now)


def _keep_wordings(session: Session, kept: Iterable[Decided], now: datetime) -> None:
    texts = sorted({each.sign_up.wording: each.sign_up.wording_text for each in kept}.items())
    words = given(session, texts, id=Text, text=Text).c
    rows = select(words.id, words.text, _at(now)).where(true())
    session.execute(insert_into(session, Wording).from_select(_NEW_WORDING, rows).on_conflict_do_nothing())


def _add_readers(session: Session, kept: Iterable[Decided], now: datetime) -> None:
    """Store those who are not there yet; of several spellings of an address the first counts (S11)."""
    spelt = {
        each.sign_up.address.key: (str(each.sign_up.address), each.address_hash, each.sign_up.timezone)
        for each in reversed([*kept])
    }
    rows = [(key, *rest) for key, rest in sorted(spelt.items())]
    reader = given(session, rows, email_key=Text, email=Text, address_hash=Text, timezone=Text).c
    there = select(literal(1)).where(col(Subscriber.email_key) == reader.email_key).exists()
    told = (reader.email_key, reader.email, reader.address_hash, literal(""), reader.timezone, _at(now))
    added = select(*told).where(~there)
    inserted = insert_into(session, Subscriber).from_select(_NEW_READER, added.order_by(reader.email_key))
    session.execute(inserted.on_conflict_do_nothing(index_elements=["email_key"]))  # an import was just quicker


def _moves_of(session: Session, kept: Iterable[Decided]) -> Subquery:
    """Return every move beside what it rests on, as a table."""
    rows = [
        (sign_up.address.key, move.newsletter, move.before, move.after, sign_up.provenance, *_evidence(sign_up))
        for sign_up, decision in ((each.sign_up, each.decision) for each in kept)
        for move in decision.moves
    ]
    evidence = {"provenance": Text, "wording": Text, "ip": Text, "page": Text}
    return given(session, rows, email_key=Text, newsletter=Text, before=Text, after=Text, **evidence)


def _evidence(sign_up: SignUp) -> tuple[str, str | None, str | None]:
    """Return the version of the wording, the network, and the page without its query (S13)."""
    page = sign_up.page.partition("?")[0].partition("#")[0][:_LONGEST_PAGE] if sign_up.page else None
    return sign_up.wording, truncated(sign_up.ip) if sign_up.ip else None, page


def _hold(session: Session, moves: Subquery) -> None:
    """Lock the readers and then their subscriptions, in the order of their numbers as everybody locks them.

    New readers are stored before that: an import stores its own first too, so that neither waits in a circle.
    """
    reader, number = col(Subscriber.id), col(Subscription.id)
    theirs = col(Subscriber.email_key).in_(select(moves.c.email_key))
    session.execute(select(reader).where(theirs).order_by(reader).with_for_update()).all()
    subscriptions = select(number).where(col(Subscription.subscriber_id).in_(select(reader).where(theirs)))
    session.execute(subscriptions.order_by(number).with_for_update(of=Subscription)).all()


def _add_subscriptions(session: Session, moves: Subquery, now: datetime) -> None:
    move = moves.c
    number = col(Subscriber.id)
    rows = (
        select(number, move.newsletter, move.after, _at(now))
        .join(moves, col(Subscriber.email_key) == move.email_key)
        .where(move.before.is_(null()))
        .order_by(number, move.newsletter)
    )
    inserted = insert_into(session, Subscription).from_select(_NEW_SUBSCRIPTION, rows)
    session.execute(inserted.on_conflict_do_nothing(index_elements=["newsletter", "subscriber_id"]))


def _move_subscriptions(session: Session, moves: Subquery, now: datetime) -> None:
    """Bring those who had left to where they ask to come back, and start the days to confirm anew for all.

    Who confirmed or left since it was decided stays where they are.
    """
    move = moves.c
    begins_anew = move.before == SubscriptionStatus.UNSUBSCRIBED.value
    # The button of a mail of before they left says nothing of their coming back; that of one since stays good.
    asked_in = case((begins_anew, null()), else_=col(Subscription.asked_in))
    session.execute(
        update(Subscription)
        .where(_same(moves), col(Subscription.status) == move.before)
        .values(status=move.after, changed_at=now, confirmed_at=None, asked_in=asked_in),
        execution_options=_UNSEEN,
    )


def _log_consent(session: Session, moves: Subquery, now: datetime) -> None:
    move = moves.c
    number = col(Subscription.id)
    event = literal(SubscriptionEvent.SIGN_UP.value)
    rows = (
        select(number, event, _at(now), move.provenance, move.wording, move.ip, move.page)
        .select_from(Subscription)
        .join(Subscriber, col(Subscription.subscriber_id) == col(Subscriber.id))
        .join(moves, _same(moves))
        # Where somebody was just quicker, nothing was moved.
        .where(col(Subscription.status) == move.after, col(Subscription.changed_at) == now)
        .order_by(number)
    )
    session.execute(insert(Consent).from_select(_NEW_CONSENT, rows))


def _queue_mails(session: Session, kept: Iterable[Decided], now: datetime) -> bool:
    asks = [(each.sign_up.address.key, each.address_hash, each.decision.ask_due_at) for each in kept]
    due = given(session, sorted(ask for ask in asks if ask[2]), email_key=Text, address_hash=Text, due_at=Instant).c
    kind, queued, none = literal(SystemMailKind.CONFIRM.value), literal(MailStatus.QUEUED.value), literal(0)
    rows = (
        select(kind, due.address_hash, col(Subscriber.id), queued, none, _at(now), due.due_at, _at(now))
        .where(col(Subscriber.email_key) == due.email_key)
        .order_by(due.address_hash)
    )
    # One that is open already is enough (S17).
    inserted = insert_into(session, SystemMail).from_select(_NEW_MAIL, rows).on_conflict_do_nothing()
    return bool(session.execute(inserted.returning(col(SystemMail.id))).all())


def _same(moves: Subquery) -> ColumnElement[bool]:
    """Return the condition that a Subscription and its Subscriber are those that a move is about."""
    return and_(
        col(Subscription.subscriber_id) == col(Subscriber.id),
        col(Subscriber.email_key) == moves.c.email_key,
        col(Subscription.newsletter) == moves.c.newsletter,
    )


def _at(now: datetime) -> ColumnElement[Any]:
    return literal(now, type_=Instant())


_NEW_WORDING = ["id", "text", "first_used_at"]
_NEW_READER = ["email_key", "email", "address_hash", "name", "timezone", "created_at"]
_NEW_SUBSCRIPTION = ["subscriber_id", "newsletter", "status", "changed_at"]
_NEW_CONSENT = ["subscription_id", "event", "at", "provenance", "wording", "ip", "page"]
_NEW_MAIL = ["kind", "address_hash", "subscriber_id", "status", "attempts", "created_at", "due_at", "changed_at"]
