"""The one way to premailer: style block A becomes style attributes.

premailer is old (2021) and has habits; the settings and checks here answer the traps T6 to T13 and T15 of
the message standard. It works on the rendered page, once per edition.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cssutils
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types
from premailer import Premailer

from digest.errors import BadInputError
from digest.rendering.style_rules import classes_of

# cssutils complains to one logger for the whole process, so one page at a time is inlined.
ONE_AT_A_TIME = threading.Lock()
PREMAILER_SETTINGS = {
    "strip_important": False,  # True would disarm the kept media queries (T6)
    "keep_style_tags": False,
    "remove_classes": False,  # the kept block needs some; the others are removed below
    "disable_validation": True,  # mso-* properties are no mistakes
    "allow_network": False,
    "base_url": None,  # it would rewrite every link (T10)
    "align_floating_images": False,
    "cache_css_parsing": False,  # a cached sheet would not complain a second time (T15)
    # What a client needs as an attribute, the template writes; premailer's guesses are junk (T11).
    "disable_basic_attributes": ["align", "valign", "bgcolor", "width", "height"],
}


def inline_css(html: str) -> str:
    """Return the page *html* with its first style block as style attributes and the kept block untouched.

    Classes that the kept block does not use are dropped (M06).

    Raises:
        BadInputError: the page is empty, it brings a stylesheet from elsewhere, or its styles are malformed.
    """
    if not html.strip():
        raise BadInputError("The edition's page is empty; write something into edition.html")
    page = etree.fromstring(html.strip(), etree.HTMLParser()).getroottree()
    _refuse_foreign_styles(page)
    kept = "\n".join(style.text or "" for style in page.iterfind(".//style[@data-premailer='ignore']"))
    with ONE_AT_A_TIME, _complaints_heard() as complaints:
        Premailer(page.getroot(), **PREMAILER_SETTINGS).transform()  # changes the page in place
    if complaints:
        raise BadInputError(f"The edition's styles are malformed: {'; '.join(complaints)}; correct inlined.css")
    _drop_classes(page, classes_of(kept))
    return str(etree.tostring(page, method="html", encoding="unicode", doctype="<!DOCTYPE html>")) + "\n"


def _refuse_foreign_styles(page: etree._ElementTree) -> None:
    """Refuse what premailer would fetch, from the network or this machine's files (T7)."""
    if page.find(".//link") is not None:
        raise BadInputError("The edition has a <link>; put its styles into inlined.css or kept.css")
    if any("@import" in (style.text or "") for style in page.iterfind(".//style")):
        raise BadInputError("The edition's styles have an @import; put what it names into inlined.css or kept.css")


def _drop_classes(page: etree._ElementTree, used: frozenset[str]) -> None:
    for element in page.iterfind(".//*[@class]"):
        kept = [name for name in element.get("class").split() if name in used]
        if kept:
            element.set("class", " ".join(kept))
        else:
            del element.attrib["class"]


@contextmanager
def _complaints_heard() -> Iterator[list[str]]:
    """Collect what cssutils would only log, and have it keep six-digit colours as they are."""
    heard: list[str] = []
    handler = _Listener(heard)
    logger, minimizes = logging.getLogger("CSSUTILS"), cssutils.ser.prefs.minimizeColorHash
    level, spreads = logger.level, logger.propagate
    cssutils.ser.prefs.minimizeColorHash = False
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    others, logger.handlers = logger.handlers, [handler]
    try:
        yield heard
    finally:
        cssutils.ser.prefs.minimizeColorHash = minimizes
        logger.setLevel(level)
        logger.propagate, logger.handlers = spreads, others


class _Listener(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(" ".join(record.getMessage().split()))
