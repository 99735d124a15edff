"""The message: built once per edition, finished for each reader by putting a few values in their slots.

What is the same for everybody, the encoded bodies among it, is made when the edition is compiled (law 9).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cached_property, lru_cache
from html import escape

from digest.delivery.dkim import Seal, Signer
from digest.delivery.header_lines import mailbox_field, text_field, verbatim_field
from digest.delivery.mailboxes import Mailboxes
from digest.delivery.standing_headers import standing_headers
from digest.delivery.transfer_encoding import EncodedPart, encode_part
from digest.rendering import slots
from digest.rendering.artifact import Artifact
from digest.rendering.publication import Publication
from subscribers.tokens import Keyring, Purpose

# Each reader's own header fields, in the order in which `_own_headers` writes them.
_OWN_NAMES = ("date", "to", "message-id", "list-unsubscribe")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a message is for. The numbers are rows of subscribers; *address* is valid, *name* may be empty."""

    subscriber_id: int
    subscription_id: int
    address: str
    name: str = ""


@dataclass(frozen=True)
class CompiledEdition:
    """An edition as a message without its reader. Each of *signers* signs it; there may be none."""

    local_date: date
    publication: Publication
    mailboxes: Mailboxes
    keyring: Keyring
    subject: bytes
    standing_headers: bytes
    boundary: str
    text: EncodedPart
    html: EncodedPart
    signers: tuple[Signer, ...] = ()
    trial: str = ""

    def message_for(self, reader: Reader, now: datetime) -> bytes:
        """Return the wire bytes for *reader*, dated *now*: CRLF line ends, none that needs a dot stuffed in.

        Raises:
            ValueError: the reader's address can't stand in a header field.
        """
        values = self.values_for(reader)
        own = self._own_headers(reader, values[slots.UNSUBSCRIBE_URL], now)
        body = (
            self._before_text,
            *self.text.pieces(values),
            self._before_html,
            *self.html.pieces(_in_html(values)),
            self._end,
        )
        if not self.signers:
            return b"".join((own, self._standing, *body))
        signed = b"".join(body)
        return b"".join((self._seal.fields(own, signed, now), own, self._standing, signed))

    def values_for(self, reader: Reader) -> dict[str, str]:
        """Return what stands in each slot for *reader*."""
        base = self.publication.base_url
        unsubscribe = self.keyring.sign(Purpose.UNSUBSCRIBE, reader.subscription_id)
        preferences = self.keyring.sign(Purpose.PREFERENCES, reader.subscription_id, bound_to=reader.address)
        return {
            slots.UNSUBSCRIBE_URL: f"{base}/u/{unsubscribe}",
            slots.PREFERENCES_URL: f"{base}/preferences/{preferences}",
            slots.ADDRESS: reader.address,
        }

    def with_subject(self, subject: str, *, trial: str = "") -> "CompiledEdition":
        """Return the same edition under another subject, for a test mail.

        A *trial*, any text that is new each time, gives it Message-IDs of its own: a mailbox drops what it has seen.
        """
        return replace(self, subject=text_field("Subject", subject), trial=trial)

    def sender_for(self, reader: Reader) -> str:
        """Return MAIL FROM: a signed address for this reader where a bounce domain is configured (D01, B01)."""
        if self.mailboxes.bounce_domain is None:
            return self.mailboxes.sender
        return f"{self.keyring.sign_caseless(Purpose.BOUNCE, reader.subscription_id)}@{self.mailboxes.bounce_domain}"

    def message_id(self, reader: Reader) -> str:
        """Return the Message-ID, the same whenever this edition goes to this reader (law 6, H05)."""
        return _message_id(self.keyring, self._name, f"{reader.subscriber_id}{self.trial}", self._domain)

    def _own_headers(self, reader: Reader, unsubscribe_url: str, now: datetime) -> bytes:
        return b"".join(
            (
                _date_field(int(now.timestamp()), now.utcoffset()),
                mailbox_field("To", reader.name, reader.address),
                verbatim_field("Message-ID", self.message_id(reader)),
                verbatim_field("List-Unsubscribe", f"<{unsubscribe_url}>"),
            )
        )

    @cached_property
    def _name(self) -> str:
        return f"{self.publication.slug} {self.local_date.isoformat()}"

    @cached_property
    def _domain(self) -> str:
        return self.mailboxes.domain

    @cached_property
    def _standing(self) -> bytes:
        return self.subject + self.standing_headers + b"\r\n"

    @cached_property
    def _before_text(self) -> bytes:
        return f"--{self.boundary}".encode() + _part_headers("text/plain", self.text.name)

    @cached_property
    def _before_html(self) -> bytes:
        return f"\r\n--{self.boundary}".encode() + _part_headers("text/html", self.html.name)

    @cached_property
    def _end(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()

    @cached_property
    def _seal(self) -> Seal:
        head = self._before_text + self.text.head
        return Seal(self.signers, self.subject + self.standing_headers, _OWN_NAMES, head)


def edition_message_id(keyring: Keyring, newsletter: str, local_date: date, subscriber_id: int, sender: str) -> str:
    """Return the Message-ID under which an edition went from *sender* to a reader."""
    return _message_id(keyring, f"{newsletter} {local_date}", str(subscriber_id), sender.rpartition("@")[2])


def _message_id(keyring: Keyring, edition: str, reader: str, domain: str) -> str:
    return f"<{keyring.fingerprint('message-id', f'{edition} {reader}')}@{domain}>"


def compile_edition(
    artifact: Artifact,
    local_date: date,
    publication: Publication,
    mailboxes: Mailboxes,
    keyring: Keyring,
    signers: tuple[Signer, ...] = (),
) -> CompiledEdition:
    """Do once what is the same for every reader of an edition."""
    boundary = f"edition-{hashlib.sha256(artifact.sha256.encode()).hexdigest()[:24]}"
    return CompiledEdition(
        local_date=local_date,
        publication=publication,
        mailboxes=mailboxes,
        keyring=keyring,
        subject=text_field("Subject", artifact.subject),
        standing_headers=standing_headers(local_date, publication, mailboxes, boundary),
        boundary=boundary,
        text=encode_part(artifact.text, slots.SENTINELS),
        html=encode_part(artifact.html, slots.SENTINELS),
        signers=signers,
    )


def _in_html(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the values of slots as they stand in HTML; few hold anything that must be escaped."""
    together = "\n".join(values.values())
    return values if escape(together) == together else {slot: escape(value) for slot, value in values.items()}


@lru_cache(maxsize=8)
def _date_field(second: int, offset: timedelta) -> bytes:
    """Return the Date of all messages of one second since 1970, told in the zone that is *offset* from UTC."""
    return verbatim_field("Date", format_datetime(datetime.fromtimestamp(second, timezone(offset))))


def _part_headers(content_type: str, encoding: str) -> bytes:
    return f"\r\nContent-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
