"""The message standard, held against the bytes that would leave."""

from digest.rendering.lint.rules import RULES, SYSTEM_RULES, lint_message, lint_part, lint_system_mail
from digest.rendering.lint.violation import Severity, Violation

__all__ = [
    "RULES",
    "SYSTEM_RULES",
    "Severity",
    "Violation",
    "lint_message",
    "lint_part",
    "lint_system_mail",
]
