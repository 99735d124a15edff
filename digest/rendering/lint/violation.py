"""What a rule has to say against a message."""

from dataclasses import dataclass
from enum import StrEnum

EXCERPT_CHARACTERS = 80


class Severity(StrEnum):
    """How grave it is: an error keeps an edition from starting, a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """What one rule found; the rule's number is added where the rules are run."""

    what: str
    where: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken statement of the message standard.

    `rule` is the statement's number, such as "H15". `what` is one sentence. `where` is a short printable place:
    a header's name or an excerpt of at most `EXCERPT_CHARACTERS` characters.
    """

    rule: str
    severity: Severity
    what: str
    where: str

    @classmethod
    def of(cls, rule: str, fault: Fault) -> "Violation":
        """Make *fault* a violation of *rule*."""
        return cls(rule, fault.severity, fault.what, excerpt(fault.where))


def excerpt(text: str) -> str:
    """Return *text* on one printable line of at most `EXCERPT_CHARACTERS` characters.

    The place is often hostile text on its way to a terminal, so control characters are replaced.
    """
    # Cut before the words are joined: one broken line may be a megabyte long.
    line = " ".join(text[: 4 * EXCERPT_CHARACTERS].split())
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    if len(printable) <= EXCERPT_CHARACTERS:
        return printable
    return printable[: EXCERPT_CHARACTERS - 1] + "…"
