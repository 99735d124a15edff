"""An alarm: a plain mail to the newsroom's own contact, when something waits for a person (law 7)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from digest.delivery.dkim import Seal
from digest.delivery.dkim_keys import load_signers
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
    """What the newsroom is to hear: one line, and what to do about it. `about` names it, so that it is told once."""

    about: str
    line: str
    text: str


async def sound(settings: Settings, alarm: Alarm, now: datetime) -> str:
    """Mail *alarm*, dated *now* (UTC), to the site's contact, and return in words what became of it.

    That the relay is away is no error here: what waits is recorded, and the caller says these words beside it.
    """
    contact = settings.site.contact
    try:
        outcome = await outlets_of(settings)[0].relay.deliver(
            Envelope(settings.signup.sender, contact), message_of(settings, alarm, now)
        )
    except RelayUnavailableError as error:
        return f"{contact} could not be told: {error}"
    if outcome.kind is OutcomeKind.SENT:
        return f"{contact} was told"
    return f"{contact} could not be told: {outcome.code or ''} {outcome.reply}".replace("  ", " ")


def message_of(settings: Settings, alarm: Alarm, now: datetime) -> bytes:
    """Return the wire bytes of *alarm*: CRLF line ends, and none that needs a dot stuffed in."""
    sender = settings.signup.sender
    named = keyring(settings.site.all_secrets).fingerprint("message-id", f"alarm {alarm.about}")
    own = b"".join(
        (
            verbatim_field("Date", format_datetime(now)),
            mailbox_field("To", "", settings.site.contact),
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
