"""The story in the text that was extracted from a web page, without what the page put around it."""

import re
from typing import Any

from lxml import html  # type: ignore[import-untyped]  # lxml ships no types

from digest.articles.clean_line import clean_line
from digest.articles.furniture import is_furniture

_PARAGRAPHS = ("p", "h2", "h3", "h4", "h5", "h6")
# The headline stands this near the top, below no more than labels such as the section's name.
_NEAR_THE_TOP = 4
_LONGEST_LABEL = 60


def story_html(extracted: str, headline: str | None) -> str:
    """Return the HTML *extracted* from a page without its headline at the top and without furniture.

    Headings of the first rank below that are of the second: the rank above is the headline's.
    """
    if not extracted.strip():
        return ""
    body = html.document_fromstring(extracted).find("body")
    _drop_headline(body, _letters(headline or ""))
    for paragraph in list(body.iter(*_PARAGRAPHS)):
        if is_furniture(_words(paragraph)):
            paragraph.drop_tree()
    for heading in body.iter("h1"):
        heading.tag = "h2"
    return "".join(html.tostring(block, encoding="unicode") for block in body)


def same_words(one: str, other: str) -> bool:
    """Say whether two lines differ in nothing but marks, spaces and case."""
    return _letters(one) == _letters(other)


def _drop_headline(body: Any, headline: str) -> None:
    above = []
    for block in list(body)[:_NEAR_THE_TOP]:
        words = _words(block)
        above.append(block)
        # A page may word its heading otherwise than it tells machines.
        if block.tag == "h1" or (headline and _letters(words) == headline):
            for line in above:
                line.drop_tree()
            return
        if len(words) > _LONGEST_LABEL or words.endswith((".", "!", "?", "。")):
            return


def _words(element: Any) -> str:
    return clean_line(element.text_content())


def _letters(line: str) -> str:
    return re.sub(r"[\W_]+", "", line).casefold()
