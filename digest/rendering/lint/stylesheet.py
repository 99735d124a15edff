"""The little of CSS that the rules ask about, by scanning and not by guessing."""

import re
from collections.abc import Iterator

COMMENT_OR_STRING = re.compile(r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""", re.DOTALL)
PARENTHESES = re.compile(r"\([^()]*\)")
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


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute, both sides in lower case; the last of a name wins."""
    pairs = (declaration.partition(":") for declaration in _bones(style).split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


def urls(css: str) -> list[str]:
    """Return what every `url(…)` of *css* points at."""
    return [url.strip() for url in URL.findall(COMMENT.sub(" ", css))]


def has_import(css: str) -> bool:
    """Say whether *css* fetches another style sheet."""
    return "@import" in _bones(css).lower()


def _bones(css: str) -> str:
    """Return *css* without comments, strings and what stands in parentheses, where a brace would mislead."""
    without_strings = COMMENT_OR_STRING.sub(lambda match: " " if match[0].startswith("/*") else '""', css)
    return PARENTHESES.sub("()", without_strings)
