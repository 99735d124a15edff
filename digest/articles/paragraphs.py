"""Plain text as paragraphs, however it was wrapped."""

import re
from html import escape

from digest.articles.clean_line import clean_line, clean_text

# Lines of this length, all but the last, were wrapped by a program; shorter ones were meant as lines.
_WRAPPED = range(45, 101)
# Where every line ends like this, each is a paragraph after all.
_STOPS = '.!?…”"'


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of *text*, each one clean line.

    Paragraphs stand one blank line apart. A block of lines that a mail program or editor wrapped is one
    paragraph; other lines, and all lines of a text without blank ones, are a paragraph each.
    """
    found: list[str] = []
    for block in re.split(r"\n\s*\n", clean_text(text)):
        lines = [line for line in map(clean_line, block.split("\n")) if line]
        found += [" ".join(lines)] if lines and _is_wrapped(lines) else lines
    return found


def text_html(text: str) -> str:
    """Return *text* as HTML paragraphs, with all that HTML would read as markup escaped."""
    return paragraphs_html(paragraphs(text))


def paragraphs_html(lines: list[str]) -> str:
    """Return each of *lines* as an HTML paragraph."""
    return "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)


def _is_wrapped(lines: list[str]) -> bool:
    fit = all(len(line) in _WRAPPED for line in lines[:-1]) and len(lines[-1]) < _WRAPPED.stop
    return fit and not all(line[-1] in _STOPS for line in lines[:-1])
