"""The message standard, held against the bytes that would leave."""

from digest.rendering.lint.rules import RULES, lint_message, lint_part
from digest.rendering.lint.violation import Severity, Violation

__all__ = ["RULES", "Severity", "Violation", "lint_message", "lint_part"]
