"""The message: built once per edition, finished for each reader by putting a few values in their slots.

What is the same for everybody, the encoded bodies among it, is made when the edition is compiled (law 9).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from digest.delivery.header_lines import mailbox_field, phrase_field, text_field, verbatim_field
from digest.delivery.transfer_encoding import EncodedPart, encode_part
from digest.rendering import slots
from digest.rendering.artifact import Artifact
from digest.rendering.publication import Publication
from subscribers.tokens import Keyring, Purpose

_AS_IN_MAILTO = "@!$'*+"  # RFC 6068 §2: whatever else an address may hold is escaped


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a message is for. The numbers are rows of subscribers; *address* is valid, *name* may be empty."""

    subscriber_id: int
    subscription_id: int
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Who a newsletter's mail is from. `bounce_domain` None leaves bounces to *sender* (D01)."""

    sender: str
    reply_to: str | None
    bounce_domain: str | None

    @property
    def domain(self) -> str:
        """Return the domain of the From address, which names messages and lists."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True)
class CompiledEdition:
    """An edition as a message without its reader."""

    local_date: date
    publication: Publication
    mailboxes: Mailboxes
    keyring: Keyring
    subject: bytes
    standing_headers: bytes
    boundary: str
    text: EncodedPart
    html: EncodedPart
    trial: str = ""

    def message_for(self, reader: Reader, now: datetime) -> bytes:
        """Return the wire bytes for *reader*, dated *now*, CRLF line ends and not yet dot-stuffed."""
        values = self.values_for(reader)
        boundary = self.boundary.encode()
        return b"".join(
            (
                self._reader_headers(reader, values[slots.UNSUBSCRIBE_URL], now),
                self.subject,
                self.standing_headers,
                b"\r\n--" + boundary + _part_headers("text/plain", self.text.name),
                self.text.fill(values),
                b"\r\n--" + boundary + _part_headers("text/html", self.html.name),
                self.html.fill({sentinel: escape(value) for sentinel, value in values.items()}),
                b"\r\n--" + boundary + b"--\r\n",
            )
        )

    def values_for(self, reader: Reader) -> dict[str, str]:
        """Return what stands in each slot for *reader*."""
        base = self.publication.base_url
        unsubscribe = self.keyring.sign(Purpose.UNSUBSCRIBE, reader.subscription_id)
        preferences = self.keyring.sign(Purpose.PREFERENCES, reader.subscription_id)
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
        edition = f"{self.publication.slug} {self.local_date.isoformat()} {reader.subscriber_id}{self.trial}"
        return f"<{self.keyring.fingerprint('message-id', edition)}@{self.mailboxes.domain}>"

    def _reader_headers(self, reader: Reader, unsubscribe_url: str, now: datetime) -> bytes:
        return b"".join(
            (
                verbatim_field("Date", format_datetime(now)),
                mailbox_field("To", reader.name, reader.address),
                verbatim_field("Message-ID", self.message_id(reader)),
                verbatim_field("List-Unsubscribe", f"<{unsubscribe_url}>"),
            )
        )


def compile_edition(
    artifact: Artifact, local_date: date, publication: Publication, mailboxes: Mailboxes, keyring: Keyring
) -> CompiledEdition:
    """Do once what is the same for every reader of an edition."""
    boundary = f"edition-{hashlib.sha256(artifact.sha256.encode()).hexdigest()[:24]}"
    return CompiledEdition(
        local_date=local_date,
        publication=publication,
        mailboxes=mailboxes,
        keyring=keyring,
        subject=text_field("Subject", artifact.subject),
        standing_headers=_standing_headers(local_date, publication, mailboxes, boundary),
        boundary=boundary,
        text=encode_part(artifact.text, slots.SENTINELS),
        html=encode_part(artifact.html, slots.SENTINELS),
    )


def _standing_headers(local_date: date, publication: Publication, mailboxes: Mailboxes, boundary: str) -> bytes:
    archive = f"{publication.base_url}/archive/{publication.slug}"
    return b"".join(
        (
            mailbox_field("From", publication.name, mailboxes.sender),
            mailbox_field("Reply-To", "", mailboxes.reply_to) if mailboxes.reply_to else b"",
            phrase_field("List-Id", publication.name, f"<{publication.slug}.{mailboxes.domain}>"),
            verbatim_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            verbatim_field("List-Help", f"<{publication.base_url}/>"),
            verbatim_field("List-Archive", f"<{archive}>"),
            verbatim_field("List-Owner", f"<mailto:{quote(publication.contact, safe=_AS_IN_MAILTO)}>"),
            verbatim_field("List-Post", "NO"),
            verbatim_field("Feedback-ID", _feedback_id(local_date, publication.slug, mailboxes.domain)),
            verbatim_field("Precedence", "bulk"),
            verbatim_field("X-Auto-Response-Suppress", "All"),
            verbatim_field("MIME-Version", "1.0"),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode("ascii"),
        )
    )


def _feedback_id(local_date: date, slug: str, domain: str) -> str:
    """Return campaign, newsletter, kind and a sender of ten characters, nothing of the reader (H21)."""
    sender = "s" + hashlib.sha256(domain.encode()).hexdigest()[:9]
    return f"{local_date:%Y%m%d}:{slug}:edition:{sender}"


def _part_headers(content_type: str, encoding: str) -> bytes:
    return f"\r\nContent-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
