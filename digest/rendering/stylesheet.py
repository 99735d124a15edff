"""A style block read into rules that know their line."""

import re
from dataclasses import dataclass

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PIECE = re.compile(r"[{};]|\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)|[^{};\"'(]+|[\"'(]")


class StyleError(ValueError):
    """What is wrong with a style block, and in which line of it."""

    def __init__(self, line: int, complaint: str) -> None:
        super().__init__(f"line {line}: {complaint}")
        self.line = line
        self.complaint = complaint


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property and its value, as `color` and `#1a1a1a !important`."""

    line: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector and what it declares; `around` is the at-rule it stands in, "" where it stands free."""

    line: int
    selector: str
    declarations: tuple[Declaration, ...]
    around: str


@dataclass(slots=True)
class _Reading:
    rules: list[Rule]
    around: str = ""
    selector: str = ""
    opened: int = 0
    declarations: list[Declaration] | None = None

    def open(self, line: int, head: str) -> None:
        if self.declarations is not None:
            raise StyleError(line, f"a rule opens inside {self.selector!r}")
        if not head:
            raise StyleError(line, "a rule without a selector")
        if head.startswith("@") and self.around:
            raise StyleError(line, f"{head!r} is nested in {self.around!r}; Gmail and premailer drop such blocks")
        if re.match(r"@(media|supports)\b", head):
            self.around = head
        else:
            self.selector, self.opened, self.declarations = head, line, []

    def declare(self, line: int, text: str) -> None:
        if not text:
            return
        name, colon, value = text.partition(":")
        if self.declarations is None:
            raise StyleError(line, f"{text!r} stands outside a rule")
        if not (colon and name.strip() and value.strip()):
            raise StyleError(line, f"{text!r} is not a declaration such as color: #1a1a1a")
        self.declarations.append(Declaration(line, name.strip().lower(), value.strip()))

    def close(self, line: int, text: str) -> None:
        self.declare(line, text)
        if self.declarations is not None:
            self.rules.append(Rule(self.opened, self.selector, tuple(self.declarations), self.around))
            self.declarations = None
        elif self.around:
            self.around = ""
        else:
            raise StyleError(line, "a brace closes that was never opened")


def without_comments(css: str) -> str:
    """Return *css* without its comments and empty lines: readers need not carry them."""
    return "\n".join(line.rstrip() for line in COMMENT.sub("", css).splitlines() if line.strip())


def rules_of(css: str) -> list[Rule]:
    """Return the rules of *css*, in order.

    Raises:
        StyleError: a brace, a selector or a value is missing, or an at-rule is nested (M04, trap T8).
    """
    reading, text, line, began = _Reading([]), "", 1, 1
    for piece in PIECE.findall(_comments_blanked(css)):
        if piece in "{};":
            head = " ".join(text.split())
            {"{": reading.open, ";": reading.declare, "}": reading.close}[piece](began, head)
            text = ""
        else:
            began = line + _blank_lines(piece) if not text.strip() else began
            text += piece
        line += piece.count("\n")
    if text.strip() or reading.around or reading.declarations is not None:
        raise StyleError(line, "the block ends before its last rule does; a brace is missing")
    return reading.rules


def _comments_blanked(css: str) -> str:
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), css)


def _blank_lines(piece: str) -> int:
    return piece[: len(piece) - len(piece.lstrip())].count("\n")
