"""The proof: one message of an edition, pulled for a sample reader and held against the message standard."""

from dataclasses import dataclass
from datetime import date, datetime

from digest.building import publication_of
from digest.delivery.dkim_keys import load_signers
from digest.delivery.mailboxes import Mailboxes
from digest.delivery.message import CompiledEdition, Reader, compile_edition
from digest.rendering.artifact import Artifact
from digest.rendering.lint import Severity, Violation, lint_message
from digest.settings import Settings
from subscribers.tokens import keyring

# Subscription number 0 is nobody's: the links in a proof are well signed and lead to no reader.
SAMPLE_READER = Reader(subscriber_id=0, subscription_id=0, address="reader@example.org", name="Sample Reader")


@dataclass(frozen=True, slots=True)
class Proof:
    """The exact wire bytes of one message and what the message standard says against them."""

    message: bytes
    violations: tuple[Violation, ...]

    @property
    def errors(self) -> tuple[Violation, ...]:
        """Return the violations for which the edition must not leave (law 11)."""
        return tuple(violation for violation in self.violations if violation.severity is Severity.ERROR)


def compile_for(settings: Settings, slug: str, local_date: date, artifact: Artifact) -> CompiledEdition:
    """Compile an edition's artifact into a message, as the configuration has its senders, links and signatures.

    Raises:
        BadInputError: a key of `[dkim]` can't be used.
    """
    newsletter = settings.newsletters[slug]
    return compile_edition(
        artifact,
        local_date,
        publication_of(settings, slug),
        Mailboxes(newsletter.from_, newsletter.reply_to, settings.smtp.bounce_domain),
        keyring(settings.site.all_secrets),
        load_signers(settings.dkim),
    )


def pull_proof(compiled: CompiledEdition, now: datetime, *, relaxed: bool, reader: Reader = SAMPLE_READER) -> Proof:
    """Make the message for *reader*, dated *now* (UTC), and lint it; *relaxed* is for links to this machine."""
    message = compiled.message_for(reader, now)
    return Proof(message, tuple(lint_message(message, relaxed=relaxed)))
