"""What readers of the site do about themselves: another address, their data, being erased."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from digest.database import Database
from digest.delivery.forgetting import StillInHandError, forget_reader
from digest.delivery.reader_story import read_story
from digest.settings import Settings
from digest.web.signing_up import rules_of
from subscribers.store import lock_reader
from subscribers.web import NotErasedYetError, SelfService


def self_service(
    settings: Settings, database: Database, clock: Callable[[], datetime], on_mail: Callable[[], None]
) -> SelfService:
    """Return what the pages need for it; *on_mail* hears that a mail waits, *clock* gives the time in UTC."""
    rules = rules_of(settings)

    def told(subscription_id: int) -> dict[str, Any] | None:
        # Held meanwhile: who takes over an address that was just given up is told nothing of its former owner.
        with database.writing() as session:
            reader = lock_reader(session, subscription_id)
            return read_story(session, reader.email_key, rules.keyring, for_reader=True).as_json() if reader else None

    def forget(key: str) -> None:
        try:
            forget_reader(database, key, keyring=rules.keyring, now=clock())
        except StillInHandError as error:
            raise NotErasedYetError(str(error)) from error

    return SelfService(rules, on_mail, told, forget, settings.signup.refuse_disposable)
