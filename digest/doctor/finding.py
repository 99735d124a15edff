"""A finding: what was looked at, how it is, how to mend it. And what became of a question nobody answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad it is; `UNCHECKED` says only that nobody can tell."""

    WELL = 0
    UNCHECKED = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """Return it as it is shown."""
        return {self.WELL: "well", self.UNCHECKED: "unchecked", self.WARNING: "warning", self.ERROR: "ERROR"}[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of `subject`. `mend` says what to do; `record` is the line to publish in the DNS."""

    subject: str
    severity: Severity
    words: str
    mend: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no answer, and why: which is not the answer that there is nothing."""

    why: str


def well(subject: str, words: str) -> Finding:
    """Return that all is well."""
    return Finding(subject, Severity.WELL, words)


def unchecked(subject: str, words: str, mend: str = "") -> Finding:
    """Return that it could not be told."""
    return Finding(subject, Severity.UNCHECKED, f"could not be checked: {words}", mend)


def warning(subject: str, words: str, mend: str = "", record: str = "") -> Finding:
    """Return that it will do harm some day."""
    return Finding(subject, Severity.WARNING, words, mend, record)


def fault(subject: str, words: str, mend: str = "", record: str = "") -> Finding:
    """Return that it keeps mail from readers, or readers' data from being kept."""
    return Finding(subject, Severity.ERROR, words, mend, record)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 when all is well, 1 with warnings or what could not be checked, 2 with errors."""
    worst = max((finding.severity for finding in findings), default=Severity.WELL)
    return {Severity.WELL: 0, Severity.UNCHECKED: 1, Severity.WARNING: 1, Severity.ERROR: 2}[worst]
