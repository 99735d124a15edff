"""A rendered page, read as a test needs it."""

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "col", "input", "link"}
CONDITIONAL = re.compile(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", re.DOTALL)


class Reader(HTMLParser):
    """Elements in order as (tag, attributes), texts, and whether every tag closes in its order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.imbalance: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID and not tag.startswith("o:"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag.startswith("o:"):
            return
        if not self.open or self.open.pop() != tag:
            self.imbalance.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if data.strip():
            self.texts.append((" ".join(self.open), " ".join(data.split())))

    def all(self, *tags: str) -> list[tuple[str, dict[str, str]]]:
        return [(tag, attributes) for tag, attributes in self.elements if tag in tags]

    @property
    def text(self) -> str:
        return " ".join(words for path, words in self.texts if "style" not in path.split())


def for_word(html: str) -> str:
    """Return the page as Word-based Outlook reads it."""
    return CONDITIONAL.sub(lambda found: found[1], html)


def for_the_rest(html: str) -> str:
    """Return the page as every other client reads it."""
    return CONDITIONAL.sub("", html)
