"""The little of CSS that the rules ask about, by scanning and not by guessing."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

COMMENT_OR_STRING = re.compile(r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""", re.DOTALL)
PARENTHESES = re.compile(r"\([^()]*\)")
CLASS = re.compile(r"\.([A-Za-z_-][\w-]*)")
TOKEN = re.compile(r"[{};]|[^{};]+")
URL = re.compile(r"""url\(\s*["']?([^"')]*)""", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def media_declarations(css: str) -> Iterator[str]:
    """Yield every declaration inside an `@media` block of *css*, as "property: value", in order."""
    blocks: list[bool] = []  # for each open brace, whether it is an @media's
    media = 0
    pending = ""
    for token in TOKEN.findall(_bones(css)):
        if token == "{":  # noqa: S105 - a CSS token, no secret
            blocks.append(pending.lower().startswith("@media"))
            media += blocks[-1]
        elif token in ("}", ";") and pending and media and not blocks[-1]:
            yield pending
        if token == "}" and blocks:  # noqa: S105 - a CSS token, no secret
            media -= blocks.pop()
        pending = token.strip() if token not in ("{", "}", ";") else ""


def nested_at_rules(css: str) -> Iterator[str]:
    """Yield the head of every at-rule of *css* that stands inside another, in order."""
    open_rules: list[bool] = []
    pending = ""
    for token in TOKEN.findall(_bones(css)):
        if token == "{":  # noqa: S105 - a CSS token, no secret
            is_at_rule = pending.startswith("@")
            if is_at_rule and any(open_rules):
                yield pending
            open_rules.append(is_at_rule)
        elif token == "}" and open_rules:  # noqa: S105 - a CSS token, no secret
            open_rules.pop()
        pending = token.strip() if token not in ("{", "}", ";") else ""


def classes_named(css: str) -> frozenset[str]:
    """Return every class that a selector of *css* may name."""
    return frozenset(CLASS.findall(_bones(css)))


def without_strings(css: str) -> str:
    """Return *css* without its comments, its strings empty; what stands in parentheses stays."""
    return COMMENT_OR_STRING.sub(lambda match: " " if match[0].startswith("/*") else '""', css)


def rules_in(css: str, around: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (selector, declarations) of every rule in a block whose head holds *around*, such as a media query."""
    # Not by _bones, which empties the query's parentheses.
    blocks: list[str] = []
    pending, body = "", ""
    for token in TOKEN.findall(without_strings(css)):
        if token == "{":  # noqa: S105 - a CSS token, no secret
            blocks.append(pending.strip())
            pending = body = ""
        elif token == "}" and blocks:  # noqa: S105 - a CSS token, no secret
            selector = blocks.pop()
            if blocks and around in blocks[-1].lower():
                yield selector, declarations(body + pending)
            pending = body = ""
        elif token == ";":  # noqa: S105 - a CSS token, no secret
            body, pending = f"{body}{pending};", ""
        else:
            pending = token


@lru_cache(maxsize=1024)  # stories are styled alike
def declarations(style: str) -> Mapping[str, str]:
    """Return the declarations of a style attribute, both sides in lower case; the last of a name wins."""
    pairs = (declaration.partition(":") for declaration in _bones(style).split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


def urls(css: str) -> list[str]:
    """Return what every `url(…)` of *css* points at."""
    return [url.strip() for url in URL.findall(COMMENT.sub(" ", css))] if "(" in css else []


def has_import(css: str) -> bool:
    """Say whether *css* fetches another style sheet."""
    return "@import" in _bones(css).lower()


def _bones(css: str) -> str:
    """Return *css* without comments, strings and what stands in parentheses, where a brace would mislead."""
    return PARENTHESES.sub("()", without_strings(css))
