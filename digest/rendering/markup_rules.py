"""What a look's own page and text may hold, judged when they are filled with harmless words.

Not the files are judged but what they give: only so are comments, prose and branches told apart as a mail
client tells them.
"""

import re
from collections.abc import Iterator

from digest.rendering.lint import lint_part
from digest.rendering.lint.page import Page

BLOCKS = 2  # the inlined and the kept


def page_complaints(page: str) -> Iterator[str]:
    """Yield what the inliner or a mail client would trip over in *page*, not inlined yet, one sentence each."""
    parsed = Page.parse(page)
    if len(parsed.tagged("style")) != BLOCKS:
        yield "It has a <style> of its own; write {{ style_blocks }} once, and the rules into a .css file."
    for node in parsed.nodes:
        if "style" in node.attributes:
            yield f"A {node.tag} has a style attribute; give it a class, and the class a rule in inlined.css."
    yield from _broken("text/html", page)


def text_complaints(text: str) -> Iterator[str]:
    """Yield what is markup in *text*, one sentence each."""
    yield from _broken("text/plain", text)


def _broken(media_type: str, words: str) -> Iterator[str]:
    for violation in lint_part(media_type, words):
        yield f"{violation.what} ({violation.where}, {violation.rule})"


def names_in(page: str) -> set[str]:
    """Return the names of the elements and, each with a point, of the classes that *page* has."""
    found = re.findall(r"<([a-z][a-z0-9]*)|\bclass=\"([^\"]*)\"", page)
    return {tag for tag, _ in found if tag} | {f".{name}" for _, classes in found for name in classes.split()}
