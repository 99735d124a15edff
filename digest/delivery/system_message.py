"""The mails that ask something of an address: compiled once, each finished with two links.

One asks to confirm newsletters, the other whether a reader may be mailed there from now on. They hold nothing that
was typed (S09), and go to somebody who is on no list yet (H23).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from html import escape

from digest.building import publication_of
from digest.delivery.dkim import Seal, Signer
from digest.delivery.envelope import Envelope
from digest.delivery.header_lines import mailbox_field, text_field, verbatim_field
from digest.delivery.transfer_encoding import EncodedPart, encode_part
from digest.errors import BadInputError
from digest.rendering.artifact import Artifact
from digest.rendering.lint import Severity, Violation, lint_system_mail
from digest.rendering.mail_look import MailLook
from digest.rendering.mail_slots import CONFIRM_URL, DENY_URL, MAIL_SENTINELS
from digest.settings import Settings
from subscribers.tokens import Keyring, Purpose, keyring

# There is no Feedback-ID; that it is signed all the same keeps anybody from putting one in (D08).
_OWN_NAMES = ("date", "to", "message-id", "feedback-id")
SAMPLE_ADDRESS = "reader@example.org"


class UnsoundMailError(BadInputError):
    """A mail of the service itself breaks the message standard as the configuration has it (law 11)."""


@dataclass(frozen=True)
class CompiledSystemMail:
    """A mail but for the row it is sent for. Each of *signers* signs it; there may be none.

    *button* is where its button leads: the name of the page, and what the token in its address allows.
    """

    sender: str
    button: Purpose
    base_url: str
    keyring: Keyring
    standing: bytes
    boundary: str
    text: EncodedPart
    html: EncodedPart
    signers: tuple[Signer, ...] = ()

    def message_for(self, mail_id: int, address: str, now: datetime) -> bytes:
        """Return the wire bytes of the mail with this number to *address*, dated *now*.

        CRLF line ends, and none that needs a dot stuffed in.

        Raises:
            ValueError: the address can't stand in a header field.
        """
        own = b"".join(
            (
                verbatim_field("Date", format_datetime(now)),
                mailbox_field("To", "", address),
                verbatim_field("Message-ID", self.message_id(mail_id)),
            )
        )
        links = self._links(mail_id)
        body = b"".join(
            (
                self._before_text,
                *self.text.pieces(links),
                f"\r\n--{self.boundary}".encode(),
                _part_headers("text/html", self.html.name),
                *self.html.pieces({slot: escape(link) for slot, link in links.items()}),
                f"\r\n--{self.boundary}--\r\n".encode(),
            )
        )
        signatures = self._seal.fields(own, body, now) if self.signers else b""
        return b"".join((signatures, own, self.standing, b"\r\n", body))

    def envelope_for(self, address: str) -> Envelope:
        """Return the envelope: what bounces comes back to where the mail is from.

        Raises:
            ValueError: the address could break out of a command.
        """
        return Envelope(self.sender, address)

    def message_id(self, mail_id: int) -> str:
        """Return the Message-ID, the same whenever the mail with this number is tried (law 6, H05)."""
        named = self.keyring.fingerprint("message-id", f"system mail {mail_id}")
        return f"<{named}@{self.sender.rpartition('@')[2]}>"

    def _links(self, mail_id: int) -> dict[str, str]:
        return {
            CONFIRM_URL: f"{self.base_url}/{self.button}/{self.keyring.sign(self.button, mail_id)}",
            DENY_URL: f"{self.base_url}/not-me/{self.keyring.sign(Purpose.DENY, mail_id)}",
        }

    @cached_property
    def _before_text(self) -> bytes:
        return f"--{self.boundary}".encode() + _part_headers("text/plain", self.text.name)

    @cached_property
    def _seal(self) -> Seal:
        return Seal(self.signers, self.standing, _OWN_NAMES, self._before_text + self.text.head)


def compile_confirmation(
    settings: Settings, newsletters: Sequence[str], look: MailLook, signers: tuple[Signer, ...]
) -> CompiledSystemMail:
    """Do once what is the same in every mail that asks about these *newsletters* (slugs, at least one)."""
    return _compiled(
        settings, look.render([publication_of(settings, slug) for slug in newsletters]), signers, Purpose.CONFIRM
    )


def compile_change(settings: Settings, look: MailLook, signers: tuple[Signer, ...]) -> CompiledSystemMail:
    """Do once what is the same in every mail that asks the owner of a reader's new address."""
    site = publication_of(settings, next(iter(settings.newsletters)))
    return _compiled(settings, look.render([site]), signers, Purpose.CHANGE)


def _compiled(
    settings: Settings, artifact: Artifact, signers: tuple[Signer, ...], button: Purpose
) -> CompiledSystemMail:
    boundary = f"{button}-{hashlib.sha256(artifact.sha256.encode()).hexdigest()[:24]}"
    return CompiledSystemMail(
        sender=settings.signup.sender,
        button=button,
        base_url=settings.site.base_url,
        keyring=keyring(settings.site.all_secrets),
        standing=text_field("Subject", artifact.subject) + _standing_headers(settings, boundary),
        boundary=boundary,
        text=encode_part(artifact.text, MAIL_SENTINELS),
        html=encode_part(artifact.html, MAIL_SENTINELS),
        signers=signers,
    )


def refuse_unsound(compiled: CompiledSystemMail, now: datetime, *, relaxed: bool) -> None:
    """Hold a sample, dated *now* (UTC), against the message standard; *relaxed* is for links to this machine.

    Raises:
        UnsoundMailError: it breaks the standard; the words say where.
    """
    violations = lint_system_mail(compiled.message_for(0, SAMPLE_ADDRESS, now), relaxed=relaxed)
    errors = [violation for violation in violations if violation.severity is Severity.ERROR]
    if errors:
        raise UnsoundMailError(f"no {compiled.button} mail is sent, it would not be sound: {told(errors)}")


def told(errors: Sequence[Violation]) -> str:
    """Return what is wrong, in one line for the operator."""
    return "; ".join(f"{error.rule} {error.what} ({error.where})" for error in errors)


def _standing_headers(settings: Settings, boundary: str) -> bytes:
    return b"".join(
        (
            mailbox_field("From", settings.site.name, settings.signup.sender),
            mailbox_field("Reply-To", "", settings.site.contact),
            verbatim_field("Auto-Submitted", "auto-generated"),
            verbatim_field("Precedence", "bulk"),
            verbatim_field("X-Auto-Response-Suppress", "All"),
            verbatim_field("MIME-Version", "1.0"),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode("ascii"),
        )
    )


def _part_headers(content_type: str, encoding: str) -> bytes:
    return f"\r\nContent-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
