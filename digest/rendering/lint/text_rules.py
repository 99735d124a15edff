"""What the words and links must be, in both parts."""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from urllib.parse import unquote

from digest.rendering.lines import columns
from digest.rendering.lint.encoded_words import decode_words
from digest.rendering.lint.violation import Fault, Severity
from digest.rendering.lint.wire import URI, Wire
from digest.rendering.slots import SENTINELS
from digest.web_address import Link, objection

TEXT_COLUMNS = 78

# Names and not any word in <>, so that <https://…> and <name@example.org> remain plain text.
TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|body|br|center|cite|code|div|em|figcaption|figure|font|h[1-6]|head|hr|html|i|img|li"
    r"|link|meta|ol|p|pre|q|s|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|tt|u|ul)"
    r"(?=[\s/>])[^<>]*>|<!--|<!doctype",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|([A-Za-z][A-Za-z0-9]{0,31}));")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
CLOSING_MARKS = ".,;:!?)]}'\u2019\u201d»"

MARKERS = ("{{", "{%", "%7b%7b")
MISSING = re.compile(r"\b(?:None|undefined)\b")
URL_SEGMENT = re.compile(r"[/?&=#]")
PROSE_HEADERS = frozenset({"subject", "from", "reply-to", "list-id"})
LABEL = re.compile(r"(?:\* |\[\d{1,4}\] )?")  # a list's mark, or the number by which a story names its link


def readable_text(wire: Wire) -> Iterator[Fault]:
    """H11: the text part has the HTML's links and the unsubscribe URL, 78 columns, no tags or entities.

    A line that is one URL may be longer. (That stories and postal address are the same is for the renderer.)
    Tags and entities are warnings: a headline may be about them, and a look is tried with harmless words.
    """
    if wire.plain is None:
        return
    yield from markup_in_text(wire)
    lines = [line.strip() for line in wire.plain.text.splitlines()]
    long = [line for line in lines if columns(line) > TEXT_COLUMNS and not _is_one_url(line)]
    if long:
        yield Fault(f"Lines of the text part longer than 78 columns: {len(long)}.", long[0])
    yield from _missing_links(wire, wire.plain.text)


def markup_in_text(wire: Wire) -> Iterator[Fault]:
    """H11: the text part holds no tags and no entities."""
    text = wire.plain.text if wire.plain else ""
    if tag := TAG.search(text):
        yield Fault("The text part holds an HTML tag.", tag[0], Severity.WARNING)
    if entity := next((match for match in ENTITY.finditer(text) if not match[1] or f"{match[1]};" in html5), None):
        yield Fault("The text part holds an HTML entity.", entity[0], Severity.WARNING)


def _is_one_url(line: str) -> bool:
    word = LABEL.sub("", line, count=1)
    return "://" in word and len(word.split()) == 1


def _missing_links(wire: Wire, text: str) -> Iterator[Fault]:
    found = {url for match in WEB_ADDRESS.findall(text) for url in (match, match.rstrip(CLOSING_MARKS))}
    lower = text.lower()
    if wire.unsubscribe_url and wire.unsubscribe_url not in found:
        yield Fault("The text part lacks the unsubscribe address.", wire.unsubscribe_url)
    hrefs = dict.fromkeys(node.attributes.get("href", "").strip() for node in wire.page.tagged("a"))
    for href in hrefs:
        address = unquote(href[len("mailto:") :].partition("?")[0]).lower() if href.startswith("mailto:") else ""
        if href.startswith(("https:", "http:")) and href not in found and href != wire.unsubscribe_url:
            yield Fault("The text part lacks a link of the HTML.", href)
        elif address and address not in lower:
            yield Fault("The text part lacks an address that the HTML links.", href)


def nothing_unresolved(wire: Wire) -> Iterator[Fault]:
    """M21: no part or header holds a sentinel, `{{`, `{%`, `%7B%7B`, or a value that was missing.

    All but the sentinels are warnings where a story's words can stand, for a headline or an address may hold
    them; a look is tried with words that don't.
    """
    for place, text in _everything_said(wire):
        lower = text.lower()
        for sentinel in SENTINELS:
            if sentinel in lower:
                yield Fault("A reader's own value was never put in.", f"{place}: {sentinel}")
    yield from nothing_unfilled(wire)


def nothing_unfilled(wire: Wire) -> Iterator[Fault]:
    """M21: no part or header holds `{{`, `{%`, `%7B%7B`, and no text, attribute or line is None or undefined."""
    for place, text in _everything_said(wire):
        lower = text.lower()
        for marker in MARKERS:
            if (at := lower.find(marker)) >= 0:
                what = f"The marker {marker} was never filled in."
                yield Fault(what, f"{place}: {text[at : at + 60]}", _severity(place))
    yield from _missing_values(wire)


def _everything_said(wire: Wire) -> list[tuple[str, str]]:
    parts = [(part.media_type, part.text) for part in wire.parts]
    return parts + [(field.name, decode_words(field.value)) for field in wire.all_fields]


def _severity(place: str) -> Severity:
    """Return how grave it is in a part or header: only the parts and the subject carry words of stories."""
    told = place in ("text/plain", "text/html") or place.lower() == "subject"
    return Severity.WARNING if told else Severity.ERROR


def _missing_values(wire: Wire) -> Iterator[Fault]:
    headers = [(field.name, decode_words(field.value)) for field in wire.all_fields]
    said = [*headers, *(("text/plain", line) for line in _lines(wire))]
    for place, value in said:
        if not _may_be_missing(value):
            continue
        if MISSING.fullmatch(value):
            yield Fault("Nothing but None or undefined stands here; is a value missing?", place, _severity(place))
        elif MISSING.search(value) and (place == "text/plain" or place.lower() in PROSE_HEADERS):
            what = "A sentence holds None or undefined; is a value missing?"
            yield Fault(what, f"{place}: {value}", Severity.WARNING)
    for place, value in _missing_in_html(wire):
        what = "Nothing but None or undefined stands here; is a value missing?"
        yield Fault(what, f"{place}: {value}", Severity.WARNING)


def _lines(wire: Wire) -> list[str]:
    return [line.strip() for line in (wire.plain.text if wire.plain else "").splitlines()]


def _missing_in_html(wire: Wire) -> Iterator[tuple[str, str]]:
    if wire.rich is None or not _may_be_missing(unescape(wire.rich.text)):
        return  # as mostly: one look at the whole costs less than one at each attribute
    for node in wire.page.everything:
        for name, value in node.attributes.items():
            if _may_be_missing(value) and any(MISSING.fullmatch(piece) for piece in URL_SEGMENT.split(value.strip())):
                yield f"<{node.tag} {name}>", value
    runs = wire.page.root.text_runs if wire.page.root else ()
    yield from (("text/html", run.strip()) for run in runs if MISSING.fullmatch(run.strip()))


def _may_be_missing(value: str) -> bool:
    """Say whether a look at *value* is worth its while: words are found a tenth as dearly as a pattern."""
    return "None" in value or "undefined" in value


def visible_way_out(wire: Wire) -> Iterator[Fault]:
    """M22: the HTML shows the unsubscribe link, and both parts name the address the mail went to.

    Which link that is, List-Unsubscribe says; without it H15 has spoken. (Postal address, reasons and the other
    links of the footer are the template's.)
    """
    if wire.rich is None:
        return
    links = [node for node in wire.page.tagged("a") if node.attributes.get("href", "").strip() == wire.unsubscribe_url]
    if wire.unsubscribe_url and not any(node.words and not node.is_hidden for node in links):
        yield Fault("The HTML shows no unsubscribe link.", wire.unsubscribe_url)
    if wire.reader is None:
        if wire.first("To") is not None:
            yield Fault("To is not one address, so the mail can't say whom it went to.", f"To: {wire.first('To')}")
        return
    shown = {"text/html": " ".join(body.words for body in wire.page.tagged("body"))}
    if wire.plain:
        shown["text/plain"] = wire.plain.text
    for place, text in shown.items():
        if wire.reader.address.lower() not in text.lower():
            yield Fault(f"{place} does not name the address it went to.", wire.reader.address)


def proper_addresses(wire: Wire) -> Iterator[Fault]:
    """M23: all addresses are absolute https, no numbers for hosts, no ports, no shorteners.

    On a loopback host its own addresses are allowed, with one warning for each origin.
    """
    home: dict[str, None] = {}
    for url in dict.fromkeys(_all_addresses(wire)):
        link = Link.parse(url)
        if wire.relaxed and link and link.is_loopback:
            home[link.origin] = None
        elif (link is None or link.scheme in ("", "http", "https")) and (reason := objection(url)):
            yield Fault(f"A link or picture can't be used: {reason}.", url or "an empty address")
    for origin in home:
        yield Fault("Addresses lead to this machine itself; no reader elsewhere can follow.", origin, Severity.WARNING)


def _all_addresses(wire: Wire) -> Iterator[str]:
    for node in wire.page.everything:
        yield from node.addresses
    for name in ("List-Help", "List-Archive", "List-Owner"):
        yield from URI.findall(wire.first(name) or "")
