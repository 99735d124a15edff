"""The relay: where conversations are had, and the only importer of aiosmtplib.

aiosmtplib connects, greets, secures and logs in; a `Conversation` carries the mail.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any, cast

import aiosmtplib
from aiolimiter import AsyncLimiter

from digest.delivery.conversation import Conversation
from digest.delivery.ending import without_addresses
from digest.delivery.envelope import Envelope
from digest.delivery.manners import Manners
from digest.delivery.outcome import Outcome, OutcomeKind
from digest.delivery.parcel import Supplier
from digest.delivery.single_mail import SingleMail
from digest.errors import BadInputError, DigestError
from digest.settings import RelaySettings, SmtpSettings
from digest.settings.values import is_loopback

__all__ = ["Envelope", "Relay", "RelayUnavailableError"]


class RelayUnavailableError(DigestError):
    """No conversation with the relay could be had, or none about this message; nothing was sent through it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a relay offers once we are in: TLS, extensions in small letters, the largest message in bytes (or None)."""

    is_secure: bool
    extensions: frozenset[str]
    size: int | None


class Relay:
    """Opens conversations with one of the configured relays, paces them together, and guards whom they may reach.

    *local_only* says that our links lead to this machine, so that only a relay on this machine, or recipients in
    `allow_domains`, may be used (law 12). *share* is the part of the relay's rate that is ours, above 0 and at most 1.

    Raises:
        BadInputError: the setup could reach real readers though its links lead nowhere for them.
    """

    def __init__(self, relay: RelaySettings, smtp: SmtpSettings, *, local_only: bool, share: float = 1.0) -> None:
        if local_only and not is_loopback(relay.host) and not smtp.allow_domains:
            raise BadInputError(
                f"[site] base_url is on this machine, so its links are dead for everybody else, but the relay of [smtp]"
                f" is {relay.host}; set base_url to the public address, or allow_domains to the domains of your testers"
            )
        self._relay = relay
        self._smtp = smtp
        self._allowed = frozenset(domain.lower().lstrip("@") for domain in smtp.allow_domains)
        self._pace = _limiter(relay.rate_per_second * share) if relay.rate_per_second else None
        self._security: ssl.SSLContext | None = None
        self._own_name: str | None = None

    def __str__(self) -> str:
        return f"{self._relay.host}:{self._relay.port}"

    async def converse(self, supplier: Supplier[Any]) -> Conversation:
        """Connect, greet, secure and log in; then let a conversation carry what *supplier* hands out.

        Raises:
            RelayUnavailableError: the relay can't be reached, trusted or logged in to.
        """
        client = await self._connect()
        transport = client.transport
        if transport is None or transport.is_closing():
            client.close()
            raise RelayUnavailableError(f"the relay {self} closed the connection at once")
        conversation = Conversation(supplier, self._manners(client))
        conversation.take_over(cast("asyncio.Transport", transport))
        return conversation

    async def check(self) -> None:
        """Connect, greet, secure and log in, and leave again.

        Raises:
            RelayUnavailableError: see `converse`.
        """
        client = await self._connect()
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError):  # it gave a session; how it takes a goodbye is its own affair
            client.close()

    async def survey(self) -> Offered:
        """Have a session, send nothing, and return what the relay offers.

        Raises:
            RelayUnavailableError: see `converse`.
        """
        client = await self._connect()
        try:
            return Offered(
                is_secure=client.get_transport_info("sslcontext") is not None,
                extensions=frozenset(client.esmtp_extensions),
                size=int(client.esmtp_extensions.get("size", "").strip() or 0) or None,
            )
        finally:
            client.close()

    async def deliver(self, envelope: Envelope, message: bytes) -> Outcome:
        """Hand one message for one recipient to the relay, and return what came of it.

        Raises:
            RelayUnavailableError: see `converse`; or the relay takes no mail from us at all, which says nothing of
                the recipient.
        """
        if stranger := self._objection(envelope):
            return stranger
        mail = SingleMail(envelope, message)
        ending = await (await self.converse(mail)).ended
        if mail.outcome is None:
            raise RelayUnavailableError(f"the relay {self} did not take the mail: {ending.words}")
        return mail.outcome

    @property
    def is_paced(self) -> bool:
        """Say whether `wait_turn` may have to wait."""
        return self._pace is not None

    async def wait_turn(self) -> None:
        """Wait until the pace allows one more message; to be called before a letter is handed out (law 5)."""
        if self._pace:
            await self._pace.acquire()

    def allows(self, recipient: str) -> bool:
        """Say whether *recipient* is within `allow_domains`, or there is no such list."""
        return not self._allowed or recipient.rpartition("@")[2].lower() in self._allowed

    def _objection(self, envelope: Envelope) -> Outcome | None:
        """Return the outcome for a recipient that no relay of this setup may be told of."""
        if self.allows(envelope.recipient):
            return None
        return Outcome(OutcomeKind.FAILED, None, None, "the recipient's domain is not in [smtp] allow_domains")

    def _objection_of_ascii(self, envelope: Envelope) -> Outcome | None:
        """Return it also for an address that a relay without SMTPUTF8 can't be told (D05)."""
        if envelope.is_ascii:
            return self._objection(envelope)
        return Outcome(OutcomeKind.FAILED, None, None, "the relay takes no address with other letters than ASCII's")

    def _manners(self, client: aiosmtplib.SMTP) -> Manners:
        return Manners(
            pipelining=client.supports_extension("pipelining"),
            timeout_seconds=self._smtp.timeout_seconds,
            messages=self._smtp.messages_per_connection,
            objection=self._objection if client.supports_extension("smtputf8") else self._objection_of_ascii,
        )

    async def _connect(self) -> aiosmtplib.SMTP:
        client = await self._client()
        try:
            await client.connect()
            await _greet(client)
            await self._log_in(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise RelayUnavailableError(f"the relay {self} gives no session: {_words(error)}") from error
        except BaseException:  # cancelled: nobody will ever say QUIT
            client.close()
            raise
        self._own_name = client.local_hostname
        return client

    async def _client(self) -> aiosmtplib.SMTP:
        # smtp:// takes STARTTLS where it is offered, but not from a relay on this machine, whose certificate
        # names nobody. The other two never fall back to clear text (D04).
        opportunistic = False if is_loopback(self._relay.host) else None
        start_tls = {"smtps": False, "smtp+starttls": True}.get(self._relay.scheme, opportunistic)
        use_tls = self._relay.scheme == "smtps"
        if self._security is None and (use_tls or start_tls is not False):
            # Reading the machine's authorities takes some 20 ms; once is enough for all connections.
            self._security = await asyncio.to_thread(ssl.create_default_context)
        return aiosmtplib.SMTP(
            hostname=self._relay.host,
            port=self._relay.port,
            timeout=self._smtp.timeout_seconds,
            use_tls=use_tls,
            start_tls=start_tls,
            tls_context=self._security,
            local_hostname=self._own_name,
        )

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        if self._relay.login is None:
            return
        if client.get_transport_info("sslcontext") is None and not is_loopback(self._relay.host):
            raise ValueError("it offers no TLS, and a password must not cross the network in clear")
        await client.login(*self._relay.login)


def _limiter(rate: float) -> AsyncLimiter:
    return AsyncLimiter(max(rate, 1.0), max(1 / rate, 1.0))


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say EHLO, or HELO to a server that does not know it, so that a relay that fails here gives no session."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _words(error: Exception) -> str:
    return without_addresses(" ".join(str(error).split())) or type(error).__name__
