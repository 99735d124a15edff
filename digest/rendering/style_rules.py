"""What the two style blocks may hold.

Block A is inlined: only what premailer carries over unharmed and every client reads (CSS 2.1, plain classes,
six-digit colours, px). Block B is kept as it is: media queries, dark mode and client hacks.
"""

import re
from collections.abc import Iterable

from digest.rendering.stylesheet import Declaration, Rule, StyleError, rules_of

LARGEST_BLOCK = 8192
SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?(?:\.[a-z][a-z0-9-]*)?(?: (?:[a-z][a-z0-9]*|\.[a-z][a-z0-9-]*))*")
LENGTH = re.compile(r"(?<![\w#.-])-?(?:\d+\.?\d*|\.\d+)([a-z]+|%)", re.IGNORECASE)
COLOUR = re.compile(r"#\w+")
SIX_DIGITS = re.compile(r"#[0-9a-fA-F]{6}")
FUNCTION = re.compile(r"[\w-]+\(")
SHORTHANDS = (
    *("border", "border-top", "border-right", "border-bottom", "border-left"),
    *("background", "font", "list-style", "margin", "outline", "padding", "text-decoration"),
)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def check_inlined(css: str) -> None:
    """Check block A.

    Raises:
        StyleError: with the first line that premailer or an old client would spoil.
    """
    _check_whole(css)
    rules = rules_of(css)
    for rule in rules:
        _check_selector(rule)
        for declaration in rule.declarations:
            _check_value(declaration)
    _check_no_mixture([declaration for rule in rules for declaration in rule.declarations])


def check_kept(css: str) -> None:
    """Check block B.

    Raises:
        StyleError: a declaration in a media query is not `!important`, so that the inlined style would win
            (M07), or the block is larger than Gmail reads (M02), or it names another file.
    """
    _check_whole(css)
    for rule in rules_of(css):
        for declaration in rule.declarations:
            if rule.around and not declaration.value.endswith("!important"):
                complaint = f"{declaration.name} in {rule.around!r} lacks !important, so the inlined style wins"
                raise StyleError(declaration.line, complaint)


def classes_of(css: str) -> frozenset[str]:
    """Return the class names that the selectors of *css* ask for."""
    return frozenset(name for rule in rules_of(css) for name in re.findall(r"\.([A-Za-z][\w-]*)", rule.selector))


def _check_whole(css: str) -> None:
    lower = css.lower()
    for forbidden, why in (("@import", "fetches another file"), ("url(", "fetches another file"), ("<", "is markup")):
        if forbidden in lower:
            line = lower[: lower.index(forbidden)].count("\n") + 1
            raise StyleError(line, f"{forbidden!r} {why}; a style block holds rules only")
    if len(css.encode()) > LARGEST_BLOCK:
        raise StyleError(1, f"the block has {len(css.encode())} bytes; Gmail ignores one over {LARGEST_BLOCK}")


def _check_selector(rule: Rule) -> None:
    if rule.around or rule.selector.startswith("@"):
        raise StyleError(rule.line, f"{rule.around or rule.selector!r} can't be inlined; move it to the kept block")
    for selector in rule.selector.split(","):
        if not SIMPLE_SELECTOR.fullmatch(selector.strip()) or not selector.strip():
            complaint = f"{selector.strip()!r} can't be inlined; use elements and classes, or the kept block"
            raise StyleError(rule.line, complaint)


def _check_value(declaration: Declaration) -> None:
    value = QUOTED.sub("", declaration.value)
    if "!" in value:
        raise StyleError(declaration.line, f"{declaration.name}: an inlined style may not be !important")
    if FUNCTION.search(value):
        raise StyleError(declaration.line, f"{declaration.name}: {value} is a function; write plain values (M05)")
    for colour in COLOUR.findall(value):
        if not SIX_DIGITS.fullmatch(colour):
            raise StyleError(declaration.line, f"{declaration.name}: write {colour} with six hexadecimal digits (M05)")
    if declaration.name.endswith("color") and not SIX_DIGITS.fullmatch(value):
        raise StyleError(declaration.line, f"{declaration.name}: write {value} as #rrggbb (M05)")
    for unit in LENGTH.findall(value):
        if unit not in {"px", "%"}:
            raise StyleError(declaration.line, f"{declaration.name}: {value} is in {unit}; write px (M05)")


def _check_no_mixture(declarations: Iterable[Declaration]) -> None:
    """Refuse a shorthand beside its longhands: in premailer's cascade the longhand survives it (trap T9)."""
    lines = {declaration.name: declaration.line for declaration in declarations}
    for name, line in lines.items():
        for shorthand in SHORTHANDS:
            if shorthand in lines and (
                name.startswith(f"{shorthand}-") or (shorthand, name) == ("font", "line-height")
            ):
                complaint = f"{name} beside {shorthand} (line {lines[shorthand]}); use one or the other throughout"
                raise StyleError(line, complaint)
