"""The relay: the one place that speaks SMTP, and the only importer of aiosmtplib.

It takes bytes only (trap T3), one recipient a transaction (D01), and turns every reply into an `Outcome`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiosmtplib
from aiolimiter import AsyncLimiter

from digest.delivery.outcome import (
    Outcome,
    OutcomeKind,
    not_begun,
    outcome_of_final_reply,
    outcome_of_refusal,
    unanswered,
)
from digest.errors import BadInputError, DigestError
from digest.setting_values import is_loopback
from digest.settings import SmtpSettings

_COMPLETED = 250
_LOST = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)


class RelayUnavailableError(DigestError):
    """No session with the relay could be had; nothing was sent through it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the relay is told beside the message: the bounce address and the one recipient."""

    sender: str
    recipient: str


class Relay:
    """Opens sessions with the configured relay, paces them together, and guards whom they may reach.

    *local_only* says that our links lead to this machine, so that only a relay on this machine, or
    recipients in `allow_domains`, may be used (law 12).

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them.
    """

    def __init__(self, smtp: SmtpSettings, *, local_only: bool) -> None:
        if local_only and not is_loopback(smtp.host) and not smtp.allow_domains:
            raise BadInputError(
                f"[site] base_url is on this machine, so its links are dead for everybody else, but [smtp] url is"
                f" {smtp.host}; set base_url to the public address, or allow_domains to the domains of your testers"
            )
        self._smtp = smtp
        self._allowed = frozenset(domain.lower().lstrip("@") for domain in smtp.allow_domains)
        self._pace = (
            AsyncLimiter(max(smtp.rate_per_second, 1.0), max(1 / smtp.rate_per_second, 1.0))
            if smtp.rate_per_second
            else None
        )

    def __str__(self) -> str:
        return f"{self._smtp.host}:{self._smtp.port}"

    @asynccontextmanager
    async def session(self) -> AsyncIterator["RelaySession"]:
        """Connect, greet, secure and log in; leave politely at the end.

        Raises:
            RelayUnavailableError: the relay can't be reached, trusted or logged in to.
        """
        client = self._client()
        try:
            await client.connect()
            await _greet(client)
            await self._log_in(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise RelayUnavailableError(f"the relay {self} gives no session: {_words(error)}") from error
        try:
            yield RelaySession(client, self)
        finally:
            await _leave(client)

    async def check(self) -> None:
        """Open a session and close it again.

        Raises:
            RelayUnavailableError: see `session`.
        """
        async with self.session():
            pass

    @property
    def is_paced(self) -> bool:
        """Say whether `wait_turn` may have to wait."""
        return self._pace is not None

    async def wait_turn(self) -> None:
        """Wait until the pace allows one more message; to be called before its reader is claimed (law 5)."""
        if self._pace:
            await self._pace.acquire()

    def allows(self, recipient: str) -> bool:
        """Say whether *recipient* is within `allow_domains`, or there is no such list."""
        return not self._allowed or recipient.rpartition("@")[2].lower() in self._allowed

    def _client(self) -> aiosmtplib.SMTP:
        # smtp:// takes STARTTLS where it is offered, but not from a relay on this machine, whose certificate
        # names nobody. The other two never fall back to clear text (D04).
        opportunistic = False if is_loopback(self._smtp.host) else None
        return aiosmtplib.SMTP(
            hostname=self._smtp.host,
            port=self._smtp.port,
            timeout=self._smtp.timeout_seconds,
            use_tls=self._smtp.scheme == "smtps",
            start_tls={"smtps": False, "smtp+starttls": True}.get(self._smtp.scheme, opportunistic),
        )

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        if self._smtp.login is None:
            return
        if client.get_transport_info("sslcontext") is None and not is_loopback(self._smtp.host):
            raise ValueError("it offers no TLS, and a password must not cross the network in clear")
        await client.login(*self._smtp.login)


class RelaySession:
    """One connection to the relay, for one message after another."""

    def __init__(self, client: aiosmtplib.SMTP, relay: Relay) -> None:
        self._client = client
        self._relay = relay

    @property
    def is_alive(self) -> bool:
        """Say whether the connection still stands."""
        return self._client.is_connected

    async def deliver(self, envelope: Envelope, message: bytes) -> Outcome:
        """Hand one message for one recipient to the relay and return what came of it.

        Raises:
            RelayUnavailableError: the relay takes no mail from us at all; that says nothing of the recipient.
        """
        if not self._relay.allows(envelope.recipient):
            return Outcome(OutcomeKind.FAILED, None, None, "the recipient's domain is not in [smtp] allow_domains")
        try:
            await self._announce(envelope.sender)
            await self._client.rcpt(envelope.recipient)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            return outcome_of_refusal(error.code, error.message)
        except _LOST as error:
            return not_begun(f"the connection was lost before the message: {_words(error)}")
        return await self._send(message)

    async def _announce(self, sender: str) -> None:
        try:
            await self._client.mail(sender)
        except aiosmtplib.SMTPSenderRefused as error:
            if outcome_of_refusal(error.code, error.message).kind is OutcomeKind.FAILED:
                await self._reset()
                raise RelayUnavailableError(
                    f"the relay {self._relay} takes no mail from {sender}: {error.code} {_words(error)}"
                ) from error
            raise

    async def _send(self, message: bytes) -> Outcome:
        try:
            reply = await self._client.data(message)
        except aiosmtplib.SMTPDataError as error:
            await self._reset()  # a transaction still open here would spoil the next recipient's
            if error.code == _COMPLETED:  # after the dot this is no error: it came instead of 354
                return not_begun(f"the relay answered DATA with {error.code} {error.message} and took no message")
            return outcome_of_final_reply(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._client.close()
            return unanswered(f"the connection was lost with the message under way: {_words(error)}")
        return outcome_of_final_reply(reply.code, reply.message)

    async def _reset(self) -> None:
        """Clear the half-made transaction; a connection that does not manage is given up."""
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say EHLO, or HELO to a server that does not know it, so that a relay that fails here gives no session."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say QUIT where there is still somebody to hear it."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
