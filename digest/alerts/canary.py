"""The canary: a mailbox of our own among the readers, into which the watchdog looks whether the edition came (IMAP)."""

import imaplib
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

WAIT_SECONDS = 10.0
IMAP_PORT, IMAPS_PORT = 143, 993


class CanaryError(Exception):
    """The mailbox can't be looked into."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder of a mailbox, taken from `imaps://user:password@host/FOLDER`."""

    host: str
    port: int
    is_encrypted: bool
    user: str
    password: str
    folder: str

    @classmethod
    def of(cls, url: str) -> "Mailbox":
        """Take *url*, which the configuration has checked, apart."""
        parts = urlsplit(url)
        is_encrypted = parts.scheme == "imaps"
        return cls(
            parts.hostname or "",
            parts.port or (IMAPS_PORT if is_encrypted else IMAP_PORT),
            is_encrypted,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path.strip("/")) or "INBOX",
        )

    def holds(self, message_id: str) -> bool:
        """Say whether a message with this Message-ID is there; nothing in the mailbox is changed.

        Raises:
            CanaryError: it can't be looked into.
        """
        try:
            connection = self._connect()
        except (OSError, imaplib.IMAP4.error) as error:
            raise CanaryError(f"{self.host} gives no session: {error}") from error
        try:
            connection.login(self.user, self.password)
            answer, said = connection.select(f'"{self.folder}"', readonly=True)
            if answer != "OK":
                raise CanaryError(f"{self.host} has no folder {self.folder}: {said!r}")
            _, found = connection.search(None, "HEADER", "Message-ID", f'"{message_id}"')
        except (OSError, imaplib.IMAP4.error) as error:
            raise CanaryError(f"{self.host} does not let us look: {error}") from error
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                connection.logout()
        return any(found)

    def _connect(self) -> imaplib.IMAP4:
        kind = imaplib.IMAP4_SSL if self.is_encrypted else imaplib.IMAP4
        return kind(self.host, self.port, timeout=WAIT_SECONDS)
