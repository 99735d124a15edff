"""The story of one reader, for a person and for a program."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from digest.delivery.history import PastAttempt, PastDelivery, past_deliveries
from digest.delivery.mail_history import PastMail, past_mails
from subscribers.record import (
    ConsentEvent,
    RecordedReader,
    RecordedSubscription,
    RecordedSuppression,
    find_reader,
    find_suppression,
)
from subscribers.tokens import Keyring


@dataclass(frozen=True, slots=True)
class ReaderStory:
    """All that is known of an address. `reader` is None when nobody, or nobody any more, belongs to it."""

    reader: RecordedReader | None
    suppression: RecordedSuppression | None
    deliveries: Sequence[PastDelivery]
    mails: Sequence[PastMail] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is known of the address."""
        return not (self.reader or self.suppression or self.mails)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it; instants are ISO 8601 in UTC."""
        story: dict[str, Any] = _plain(asdict(self))
        return story

    def lines(self, key: str) -> Iterator[str]:
        """Tell it of the address with this *key*, line by line; instants are in UTC."""
        if self.reader:
            name = f" ({_one_line(self.reader.name)})" if self.reader.name else ""
            yield f"{self.reader.address}{name}, reader {self.reader.subscriber_id} since {_at(self.reader.created_at)}"
            if self.reader.timezone:
                yield f"lives in {self.reader.timezone}"
            if self.reader.is_disposable:
                yield "a mailbox for minutes, to judge by its domain"
        else:
            yield f"{key} is no reader's address"
        if self.suppression:
            yield f"must not be mailed since {_at(self.suppression.at)}: {_one_line(self.suppression.reason)}"
        for subscription in self.reader.subscriptions if self.reader else ():
            yield from _subscription_lines(subscription)
        for mail in self.mails:
            yield _mail_line(mail)
        for delivery in self.deliveries:
            yield from _delivery_lines(delivery)


def read_story(session: Session, key: str, ring: Keyring, *, for_reader: bool = False) -> ReaderStory:
    """Return all that is known of the address with this *key*.

    What is *for_reader* leaves out mails to other addresses, which they wished for: whether such a mail could go out,
    and what the relay said of it, tells of a stranger (S06).
    """
    reader = find_reader(session, key)
    number = reader.subscriber_id if reader else None
    return ReaderStory(
        reader,
        find_suppression(session, key, ring),
        past_deliveries(session, number) if number is not None else (),
        past_mails(session, ring.address_hash(key), None if for_reader else number),
    )


def _subscription_lines(subscription: RecordedSubscription) -> Iterator[str]:
    paused = f", until {_at(subscription.paused_until)}" if subscription.paused_until else ""
    stands = f"{subscription.status} since {_at(subscription.changed_at)}{paused}"
    yield f"{subscription.newsletter}: {stands}{_agreed(subscription)}"
    for each in subscription.consent:
        yield f"  {_at(each.at)} {each.event}: {_one_line(each.provenance)}{_seen(each)}"


def _agreed(subscription: RecordedSubscription) -> str:
    """Tell when they last agreed, unless it was then that they came to stand where they do."""
    if subscription.confirmed_at is None:
        return ", never confirmed"
    same = subscription.confirmed_at == subscription.changed_at
    return "" if same else f", confirmed {_at(subscription.confirmed_at)}"


def _seen(consent: ConsentEvent) -> str:
    """Tell what the form showed and where it was filled in (S13)."""
    parts = (("wording", consent.wording), ("from", consent.ip), ("on", consent.page))
    told = ", ".join(f"{what} {_one_line(value)}" for what, value in parts if value)
    return f" ({told})" if told else ""


def _mail_line(mail: PastMail) -> str:
    to = f" to {mail.to}" if mail.to else ""
    answered = f", answered {_at(mail.answered_at)}" if mail.answered_at else ""
    excused = f", excused {_at(mail.excused_at)}" if mail.excused_at else ""
    said = f"{answered}{excused}{_said(mail.reply_code, mail.reply)}"
    return f"{mail.kind} mail of {_at(mail.created_at)}{to}: {mail.status} {_at(mail.changed_at)}{said}"


def _delivery_lines(delivery: PastDelivery) -> Iterator[str]:
    stands = f"{delivery.status} {_at(delivery.changed_at)}"
    often = f", {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    again = f", due {_at(delivery.next_attempt_at)}" if delivery.next_attempt_at else ""
    said = _said(delivery.reply_code, delivery.reply)
    yield f"{delivery.newsletter} {delivery.local_date}: {stands}{often}{again}{said}"
    for each in delivery.unsent:
        if not _is_the_last_word(each, delivery):
            yield f"  {_at(each.at)} attempt {each.number} {each.outcome}{_said(each.reply_code, each.reply)}"


def _is_the_last_word(attempt: PastAttempt, delivery: PastDelivery) -> bool:
    """Say whether the delivery's own line tells of this attempt already."""
    return attempt.number == delivery.attempts and attempt.outcome == delivery.status


def _said(code: int | None, reply: str | None) -> str:
    words = " ".join(str(part) for part in (code, _one_line(reply or "")) if part)
    return f": {words}" if words else ""


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def _one_line(text: str) -> str:
    """Return *text* without what could move a terminal's cursor: relays and files may say anything."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _plain(value: Any) -> Any:
    """Return *value* with its instants and dates as text."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
