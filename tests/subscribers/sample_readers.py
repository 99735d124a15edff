"""Invented readers and the word they come on, for the tests of readers."""

from datetime import UTC, datetime, timedelta

from subscribers.address import EmailAddress
from subscribers.store import Intake, Newcomer
from subscribers.tokens import keyring

NOW = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEYS = keyring(["a secret of the tests, long enough"])


def newcomer(address: str, name: str = "") -> Newcomer:
    return Newcomer(EmailAddress.parse(address), name)


def intake(newsletter: str = "daily", provenance: str = "paper sheets", now: datetime = NOW) -> Intake:
    return Intake(newsletter, provenance, KEYS, now)
