"""What a claimed mail of the service itself says: each kind compiled once, and held against the message standard."""

from datetime import date, datetime
from functools import lru_cache

from digest.database import Database
from digest.delivery.dkim_keys import load_signers
from digest.delivery.envelope import Envelope
from digest.delivery.latest_store import EditionCopy
from digest.delivery.message import CompiledEdition
from digest.delivery.proof import compile_for, pull_proof
from digest.delivery.publishing import find_published
from digest.delivery.system_mail_store import ClaimedMail, NewAddress
from digest.delivery.system_message import (
    CompiledSystemMail,
    UnsoundMailError,
    compile_change,
    compile_confirmation,
    refuse_unsound,
    told,
)
from digest.rendering.mail_look import CHANGE, load_mail_look
from digest.rendering.template_folder import templates_folder
from digest.settings import Settings

_SETS_OF_NEWSLETTERS = 64
_EDITIONS = 8


class SystemMailWriter:
    """Writes mails as the configuration has their senders, links and signatures.

    Both are tried when this is made, dated *now* (UTC): the mail about a new address, and the confirmation of today's
    newsletters, each alone and all together.

    Raises:
        BadInputError: a key of `[dkim]` can't be used, or a confirmation would break the message standard (law 11).
    """

    def __init__(self, settings: Settings, database: Database, now: datetime) -> None:
        self._settings = settings
        self._database = database
        self._now = now
        folder = templates_folder() / "mail"
        self._look = load_mail_look(folder, theme=settings.theme)
        self._signers = load_signers(settings.dkim)
        change = load_mail_look(folder, CHANGE, settings.theme)
        self._change = self._sound(compile_change(settings, change, self._signers))
        self._confirmation = lru_cache(maxsize=_SETS_OF_NEWSLETTERS)(self._compile_confirmation)
        self._edition = lru_cache(maxsize=_EDITIONS)(self._compile_edition)
        for newsletters in {*((slug,) for slug in settings.newsletters), tuple(sorted(settings.newsletters))}:
            self._confirmation(newsletters)

    def write(self, mail: ClaimedMail, now: datetime) -> tuple[Envelope, bytes]:
        """Return where *mail* goes, and its wire bytes, dated *now* (UTC), no line of which begins with a dot.

        Raises:
            DigestError: it would break the message standard, or a newsletter or edition that it is about is no more.
            ValueError: the reader can't be written to.
        """
        if isinstance(mail.about, EditionCopy):
            compiled, reader = self._edition(mail.about.newsletter, mail.about.local_date), mail.about.reader
            return Envelope(compiled.sender_for(reader), reader.address), compiled.message_for(reader, now)
        compiled_mail = self._change if isinstance(mail.about, NewAddress) else self._confirmation(mail.about)
        return compiled_mail.envelope_for(mail.address), compiled_mail.message_for(mail.id, mail.address, now)

    def _compile_confirmation(self, newsletters: tuple[str, ...]) -> CompiledSystemMail:
        offered = [slug for slug in newsletters if slug in self._settings.newsletters]
        if not offered:
            raise UnsoundMailError(f"there is no newsletter {', '.join(newsletters)} any more")
        return self._sound(compile_confirmation(self._settings, offered, self._look, self._signers))

    def _sound(self, compiled: CompiledSystemMail) -> CompiledSystemMail:
        refuse_unsound(compiled, self._now, relaxed=self._settings.site.is_local)
        return compiled

    def _compile_edition(self, newsletter: str, local_date: date) -> CompiledEdition:
        published = find_published(self._database, newsletter, local_date)
        if published is None or newsletter not in self._settings.newsletters:
            raise UnsoundMailError(f"there is no edition of {newsletter} of {local_date} any more")
        compiled = compile_for(self._settings, newsletter, local_date, published.artifact)
        errors = pull_proof(compiled, self._now, relaxed=self._settings.site.is_local).errors
        if errors:
            raise UnsoundMailError(f"{newsletter} of {local_date} is not sent, it would not be sound: {told(errors)}")
        return compiled
