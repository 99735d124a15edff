"""Email addresses: parsed once, trusted ever after."""

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from subscribers.errors import SubscribersError

ROLE_NAMES = frozenset({"abuse", "hostmaster", "mailer-daemon", "noc", "postmaster", "security", "webmaster"})
_LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 §3.2.3
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LETTERS_AND_DOTS = re.compile(r"[A-Za-z0-9.-]+")


class InvalidAddressError(SubscribersError, ValueError):
    """What was given is no address that mail can go to."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that mail can be sent to; a value of this type is valid.

    `local` keeps the case it was given in, `domain` is lower-case A-labels (D05). `key` is what makes two
    spellings one reader: the lower-cased local part and the domain (S11).
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, raw: str, *, of_reader: bool = True) -> "EmailAddress":
        """Read an address as a person or a file gave it.

        White space around it is forgiven. Syntax is email-validator's strict one, without SMTPUTF8 local
        parts (trap T17). Role addresses, behind which stands no reader, are refused (S12) unless *of_reader*
        is False: a newsroom may well be reached at its webmaster's.

        Raises:
            InvalidAddressError: *raw* is no deliverable address; the message says why, for a person.
        """
        given = raw.strip()
        local, domain = _plain(given) or _judged(given)
        if of_reader and local.lower() in ROLE_NAMES:
            raise InvalidAddressError(f"{given[:80]!r} belongs to a role, not to a reader")
        return cls(local, domain)

    @property
    def key(self) -> str:
        """Return the spelling under which this reader is one and the same (S11)."""
        return f"{self.local.lower()}@{self.domain}"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def _plain(given: str) -> tuple[str, str] | None:
    """Return local part and domain of an address as nearly all are: in ASCII, unquoted, of a domain known to be good.

    None says nothing yet: email-validator is asked. To ask it of every reader of a million takes most of a minute.
    """
    local, _, domain = given.rpartition("@")
    if len(given) > _LONGEST or len(local) > _LONGEST_LOCAL or not _DOT_ATOM.fullmatch(local):
        return None
    known = _good_domain(domain)
    return (local, known) if known else None


@lru_cache(maxsize=65_536)
def _good_domain(domain: str) -> str | None:
    """Return *domain* as it is kept, where it is plain ASCII and email-validator takes it; otherwise None."""
    # What is encoded counts twice for the length, encoded and decoded: the whole address must be judged.
    if not _LETTERS_AND_DOTS.fullmatch(domain) or "xn--" in domain.lower():
        return None
    try:
        return _judged(f"x@{domain}")[1]
    except InvalidAddressError:
        return None


def _judged(given: str) -> tuple[str, str]:
    """Return local part and domain as email-validator finds them."""
    try:
        found = validate_email(
            given, check_deliverability=False, strict=True, allow_smtputf8=False, allow_quoted_local=False
        )
    except EmailNotValidError as error:
        raise InvalidAddressError(f"{given[:80]!r} is not an email address: {error}") from error
    return found.local_part, found.ascii_domain.lower()
