"""What the limits allow (S07): who is turned away, and when the next mail may leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from subscribers.address import EmailAddress
from subscribers.client_address import rate_network
from subscribers.disposable import is_disposable
from subscribers.signup import Answer, Limits, SignUp, mailbox_of
from subscribers.sliding_window import first_room, window_at
from subscribers.subscriber import BETWEEN_ASKS
from subscribers.tally_store import ALL_MAILS, KEPT, Tallies, TallyKey, TallyKind, tally_key
from subscribers.tokens import Keyring
from subscribers.typo import PROVIDERS

DISPOSABLE = "disposable"
# Of a provider with millions of mailboxes, a thousand an hour is no flood.
PER_PROVIDER_HOUR = 1000
# Nobody has more than three new addresses an hour; somebody who found a reader's link may try.
WISHES_PER_HOUR = 3
# A day after the last mail to the address (S07), and half a day of a flood. Nobody waits any longer for it, and there
# must be time to try it again at a relay that is away, and to answer it.
LATEST_ASK = BETWEEN_ASKS + timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class MailKeys:
    """Under which keys a mail that asks an address is counted, and whether its domain is a well-known provider."""

    mailbox: TallyKey
    domain: TallyKey
    is_provider: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys a sign-up is counted, and the mail that it leads to."""

    network: TallyKey
    unstamped: TallyKey
    mail: MailKeys
    proof: TallyKey | None

    @property
    def all(self) -> tuple[TallyKey, ...]:
        """Return every key that its limits look at."""
        always = (self.network, self.unstamped, self.mail.mailbox, self.mail.domain)
        return (*always, self.proof) if self.proof else always


def mail_keys_of(address: EmailAddress, keyring: Keyring) -> MailKeys:
    """Return the keys that a mail to *address* is counted under; domains of mailboxes for minutes share one (S12)."""
    domain = DISPOSABLE if is_disposable(address.domain) else address.domain
    return MailKeys(
        tally_key(keyring, TallyKind.MAILBOX, mailbox_of(address)),
        tally_key(keyring, TallyKind.DOMAIN, domain),
        address.domain in PROVIDERS,
    )


def keys_of(sign_up: SignUp, keyring: Keyring) -> Keys:
    """Return the keys that *sign_up* is counted under; all whose IP address is not known share one."""
    network = rate_network(sign_up.ip) if sign_up.ip else "unknown"
    return Keys(
        tally_key(keyring, TallyKind.NETWORK, network),
        tally_key(keyring, TallyKind.UNSTAMPED, network),
        mail_keys_of(sign_up.address, keyring),
        tally_key(keyring, TallyKind.PROOF, sign_up.proof) if sign_up.proof else None,
    )


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits, what was counted until now, and the time (UTC)."""

    limits: Limits
    tallies: Tallies
    now: datetime

    def admit_wish(self, reader: TallyKey) -> bool:
        """Say whether this reader may wish for another address now; only then it counts."""
        if not self._is_room_now(reader, WISHES_PER_HOUR):
            return False
        self.tallies.add(reader, window_at(self.now))
        return True

    def admit(self, keys: Keys, *, is_stamped: bool) -> Answer:
        """Return what a sign-up is told; only one that is accepted counts. A proof of work serves once."""
        if not self._is_room_now(keys.network, self.limits.per_ip_hour):
            return Answer.BUSY
        if keys.proof:
            is_stamped = is_stamped and not self.tallies.is_any_after(keys.proof, self.now - KEPT)
            self.tallies.add(keys.proof, window_at(self.now))
        if not is_stamped:
            if not self._is_room_now(keys.unstamped, self.limits.unstamped_per_ip_hour):
                return Answer.AGAIN
            self.tallies.add(keys.unstamped, window_at(self.now))
        self.tallies.add(keys.network, window_at(self.now))
        return Answer.ACCEPTED

    def room_for_mail(self, keys: MailKeys, earliest: datetime) -> datetime | None:
        """Return when, from *earliest* on, a mail may leave; None: not before it would be of no use.

        A mailbox gets one in 24 hours, whatever tag it is written with. What the domain's and the common limit do
        not allow now is put off.
        """
        if self.tallies.is_any_after(keys.mailbox, earliest - BETWEEN_ASKS):
            return None
        per_domain = max(self.limits.per_domain_hour, PER_PROVIDER_HOUR if keys.is_provider else 0)
        moment: datetime | None = earliest
        while moment:
            by_domain = self._room(keys.domain, per_domain, moment)
            moment = by_domain and self._room(ALL_MAILS, self.limits.mails_per_hour, by_domain)
            if moment == by_domain:
                break
        return moment

    def count_mail(self, keys: MailKeys, due: datetime) -> None:
        """Count a mail that leaves at *due* (UTC)."""
        self.tallies.add(keys.mailbox, due)
        for key in (keys.domain, ALL_MAILS):
            self.tallies.add(key, window_at(due))

    def _is_room_now(self, key: TallyKey, limit: int) -> bool:
        return first_room(lambda window: self.tallies.count(key, window), limit, self.now, self.now) is not None

    def _room(self, key: TallyKey, limit: int, earliest: datetime) -> datetime | None:
        latest = self.now + LATEST_ASK
        return first_room(lambda window: self.tallies.count(key, window), limit, earliest, latest)
