"""An article in Markdown, its fields in YAML front matter."""

import re
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.articles.draft import Draft
from digest.articles.fields import draft_of_fields
from digest.articles.rejection import RejectedError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)(?P<body>.*)\Z", re.DOTALL)


def draft_of_markdown(text: str) -> Draft:
    """Return the draft that *text* tells: fields as in JSON above, the body below.

    A heading of the first rank at the top is the headline, unless the front matter names one.

    Raises:
        RejectedError: The front matter is not closed or no YAML, or a field is unknown or of the wrong type.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    fields, body = _split(text)
    headline, body_html = _render(body)
    given = {name: value for name, value in fields.items() if name != "headline" or value}
    return draft_of_fields({"headline": headline} | given | {"body_html": body_html})


def _split(text: str) -> tuple[dict[Any, Any], str]:
    if not re.match(r"---[ \t]*\n", text):
        return {}, text
    match = _FRONT_MATTER.match(text)
    if not match:
        raise RejectedError("front matter: it begins with --- but no second --- ends it")
    fields = _fields(match["fields"] or "")
    for name in ("body", "body_html"):
        if name in fields:
            raise RejectedError(f"{name}: the body stands below the front matter, not in it")
    return fields, match["body"]


def _fields(front_matter: str) -> dict[Any, Any]:
    try:
        fields = yaml.safe_load(front_matter)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RejectedError(f"front matter: {_reason(error)}") from error
    if not isinstance(fields, dict | None):
        raise RejectedError("front matter: expected a field a line, such as headline: Rain at last")
    return fields or {}


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        # The mark counts from 0, and the --- above is line 1 of the file.
        return f"line {error.problem_mark.line + 2}: {error.problem}; put a text with : or # in it in quotes"
    return f"not readable as YAML: {error}"


def _render(body: str) -> tuple[str | None, str]:
    """Return the heading at the top as text, and the rest as HTML (sanitised later, as all HTML is)."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(body)
    headline = None
    if len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        headline, tokens = _words(tokens[1]), tokens[3:]
    for token in tokens:
        token.tag = "h2" if token.tag == "h1" else token.tag
    return headline, str(markdown.renderer.render(tokens, markdown.options, {}))


def _words(inline: Token) -> str:
    pieces = (" " if child.type.endswith("break") else child.content for child in inline.children or [])
    return "".join(pieces).strip()
