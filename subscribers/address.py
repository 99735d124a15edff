"""Email addresses: parsed once, trusted ever after."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from subscribers.errors import SubscribersError

ROLE_NAMES = frozenset({"abuse", "hostmaster", "mailer-daemon", "noc", "postmaster", "security", "webmaster"})


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
        try:
            found = validate_email(
                raw.strip(), check_deliverability=False, strict=True, allow_smtputf8=False, allow_quoted_local=False
            )
        except EmailNotValidError as error:
            raise InvalidAddressError(f"{raw.strip()[:80]!r} is not an email address: {error}") from error
        if of_reader and found.local_part.lower() in ROLE_NAMES:
            raise InvalidAddressError(f"{raw.strip()[:80]!r} belongs to a role, not to a reader")
        return cls(found.local_part, found.ascii_domain.lower())

    @property
    def key(self) -> str:
        """Return the spelling under which this reader is one and the same (S11)."""
        return f"{self.local.lower()}@{self.domain}"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"
