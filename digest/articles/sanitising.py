"""Story HTML without anything that acts, loads or hides: the one allow-list (M20), the only importer of nh3."""

# Lists of names read best as text.
# ruff: noqa: SIM905

import re
from functools import lru_cache
from html.parser import HTMLParser

import nh3

from digest.articles.clean_line import clean_text

_TAGS = frozenset(
    "p br hr h2 h3 h4 strong b em i u s sub sup small q cite abbr code pre blockquote ul ol li dl dt dd a figure "
    "figcaption img table caption thead tbody tfoot tr th td".split()
)
# Dropped with all that is in them: what acts or loads, and what belongs to the page and not to the story.
_WITH_CONTENT = frozenset(
    "script style iframe frame frameset object embed applet form button select textarea input noscript template "
    "svg math audio video canvas title nav dialog".split()
)
# An address without a scheme, which only its article's own address completes; a cleaner knows one such base.
_RELATIVE = re.compile(r"\b(href|src)\s*=\s*[\"']?\s*(?!https?:|mailto:)", re.IGNORECASE)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_BLOCKS = frozenset(
    "p hr h1 h2 h3 h4 h5 h6 pre blockquote ul ol li dl dt dd figure figcaption table caption tr div section".split()
)


def sanitise(html: str, base: str | None = None) -> str:
    """Return *html* with nothing in it but the allowed tags and attributes.

    Links are http, https or mailto, pictures http or https. Relative ones are made absolute by *base*, the
    article's own address; without it they are dropped.
    """
    needs_base = base is not None and _RELATIVE.search(html)
    return _cleaner(base if needs_base else None).clean(clean_text(html)).strip()


def plain_text(html: str) -> str:
    """Return the words of *html*: no tags, no entities, paragraphs one blank line apart."""
    return words_of(sanitise(html)) if "<" in html or "&" in html else words_of(html)


def words_of(sanitised: str) -> str:
    """Return the words of HTML that is *sanitised* already, as `plain_text` does."""
    words = _Words()
    words.feed(sanitised)
    words.close()
    return words.text()


@lru_cache(maxsize=4)
def _cleaner(base: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed_value,
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel=None,
    )


def _allowed_value(tag: str, attribute: str, value: str) -> str | None:
    """Return *value*, or None for a size that is none and a picture that would be loaded by mail."""
    if tag == "img" and attribute == "src":
        return None if value.strip().lower().startswith("mailto:") else value
    if attribute in {"width", "height", "colspan", "rowspan", "start"}:
        return value if value.isascii() and value.isdigit() else None
    return value


class _Words(HTMLParser):
    """Gathers text from sanitised HTML; the allow-list has closed every tag by then."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (HTMLParser's signature)
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def handle_data(self, data: str) -> None:
        self.pieces.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "br":
            self.pieces.append("\n\n" if tag in _BLOCKS else "\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")

    def text(self) -> str:
        paragraphs = "".join(self.pieces).split("\n\n")
        kept = ("\n".join(" ".join(line.split()) for line in paragraph.split("\n")).strip() for paragraph in paragraphs)
        return "\n\n".join(paragraph for paragraph in kept if paragraph)
