"""An alarm: a plain mail to an operator, when something waits for a person (law 7)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from digest.delivery.dkim import Seal
from digest.delivery.dkim_keys import load_signers
from digest.delivery.ending import without_addresses
from digest.delivery.envelope import Envelope
from digest.delivery.header_lines import mailbox_field, text_field, verbatim_field
from digest.delivery.outcome import OutcomeKind
from digest.delivery.outlets import outlets_of
from digest.delivery.quoted_printable import quoted_printable
from digest.delivery.relay import RelayUnavailableError
from digest.settings import Settings
from subscribers.tokens import keyring

_OWN_NAMES = ("date", "to", "message-id")


@dataclass(frozen=True, slots=True)
class Alarm:
    """What an operator is to hear: one line, and what to do about it. The Message-ID is made from `about`."""

    about: str
    line: str
    text: str


async def sound(settings: Settings, recipient: str, alarm: Alarm, now: datetime) -> str | None:
    """Mail *alarm*, dated *now* (UTC), to *recipient*, by the first relay that takes it; return what was in the way.

    That no relay takes it is no error here: the caller knows whether to try again.
    """
    envelope, content = Envelope(settings.signup.sender, recipient), message_of(settings, recipient, alarm, now)
    problem = None
    for outlet in outlets_of(settings):
        try:
            outcome = await outlet.relay.deliver(envelope, content)
        except RelayUnavailableError as error:
            problem = str(error)
            continue
        if outcome.kind is OutcomeKind.SENT:
            return None
        problem = f"{outcome.code or ''} {without_addresses(outcome.reply)}".strip()
    return problem


def message_of(settings: Settings, recipient: str, alarm: Alarm, now: datetime) -> bytes:
    """Return the wire bytes of *alarm*: CRLF line ends, and none that needs a dot stuffed in."""
    sender = settings.signup.sender
    named = keyring(settings.site.all_secrets).fingerprint("message-id", f"alarm {alarm.about} {recipient}")
    own = b"".join(
        (
            verbatim_field("Date", format_datetime(now)),
            mailbox_field("To", "", recipient),
            verbatim_field("Message-ID", f"<{named}@{sender.rpartition('@')[2]}>"),
        )
    )
    standing = b"".join(
        (
            mailbox_field("From", settings.site.name, sender),
            text_field("Subject", alarm.line),
            verbatim_field("Auto-Submitted", "auto-generated"),
            verbatim_field("X-Auto-Response-Suppress", "All"),
            verbatim_field("MIME-Version", "1.0"),
            verbatim_field("Content-Type", "text/plain; charset=utf-8"),
            verbatim_field("Content-Transfer-Encoding", "quoted-printable"),
        )
    )
    body = quoted_printable(alarm.text)
    signers = load_signers(settings.dkim)
    signatures = Seal(signers, standing, _OWN_NAMES, b"").fields(own, body, now) if signers else b""
    return b"".join((signatures, own, standing, b"\r\n", body))
