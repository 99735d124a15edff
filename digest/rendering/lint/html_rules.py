"""What the HTML part must be, for every client to show it whole."""

import html
import re
from collections.abc import Iterator

from digest.rendering.lint.page import CONTROLS, Node
from digest.rendering.lint.structure_rules import KILOBYTE
from digest.rendering.lint.stylesheet import has_import, media_declarations
from digest.rendering.lint.violation import Fault, Severity
from digest.rendering.lint.wire import Wire
from digest.web_address import Link

HTML_OCTETS = 90 * KILOBYTE
HTML_WARNING_OCTETS = 80 * KILOBYTE
STYLE_OCTETS = 8_192
ALL_STYLES_OCTETS = 16_384

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
METAS = ("viewport", "x-apple-disable-message-reformatting", "format-detection", "color-scheme")
PIXELS_PER_INCH = re.compile(r"<o:PixelsPerInch>\s*96\s*</o:PixelsPerInch>", re.IGNORECASE)
IMPORTANT = re.compile(r"!\s*important$", re.IGNORECASE)
PIXELS = re.compile(r"\d+", re.ASCII)
ALT_STYLES = frozenset({"font", "font-family", "font-size", "color"})

FORBIDDEN = frozenset(
    {
        *("script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed", "applet"),
        *("base", "link", "video", "audio"),
    }
)
SCHEMES = frozenset({"", "http", "https", "mailto"})  # an address without a scheme is M23's to refuse


def below_the_clip(wire: Wire) -> Iterator[Fault]:
    """M01: the HTML has at most 90 KB, a warning from 80 KB; the unsubscribe link stands before (Gmail clips)."""
    source = wire.rich.octets if wire.rich else b""
    if len(source) > HTML_OCTETS:
        yield Fault(f"The HTML takes {len(source):,} octets; 90 KB is the most.", "text/html")
    elif len(source) > HTML_WARNING_OCTETS:
        yield Fault(f"The HTML takes {len(source):,} octets; Gmail clips soon.", "text/html", Severity.WARNING)
    url = wire.unsubscribe_url
    if url and _position(source, url) > HTML_OCTETS:
        yield Fault("The unsubscribe link stands after the first 90 KB, where Gmail clips.", url)


def _position(source: bytes, url: str) -> int:
    forms = (url.encode(errors="replace"), html.escape(url).encode(errors="replace"))
    return max(source.find(form) for form in forms)


def small_styles(wire: Wire) -> Iterator[Fault]:
    """M02: each style block has at most 8,192 bytes, all together 16,384 (Gmail)."""
    sizes = [len(node.text.encode(errors="replace")) for node in wire.page.tagged("style")]
    for size in sizes:
        if size > STYLE_OCTETS:
            yield Fault(f"A style block takes {size:,} bytes; 8,192 is the most.", "<style>")
    if sum(sizes) > ALL_STYLES_OCTETS:
        yield Fault(f"The style blocks take {sum(sizes):,} bytes; 16,384 is the most.", "<style>")


def styles_in_head(wire: Wire) -> Iterator[Fault]:
    """M03: style blocks stand in the head only."""
    for node in wire.page.tagged("style"):
        if not any(outer.tag == "head" for outer in node.around):
            yield Fault("A style block stands outside the head.", node.words or "<style>")


def important_media(wire: Wire) -> Iterator[Fault]:
    """M07: every declaration in an @media block ends with !important, else the inlined styles win."""
    for node in wire.page.tagged("style"):
        for declaration in media_declarations(node.text):
            if not IMPORTANT.search(declaration):
                yield Fault("A declaration in @media does not end with !important.", declaration)


def furnished_head(wire: Wire) -> Iterator[Fault]:
    """M11: lang and dir, lang on a wrapper too, the subject as title, charset and the metas clients look for."""
    if wire.rich is None:
        return
    yield from _language(wire)
    titles = [node.words for node in wire.page.tagged("title")]
    if titles != [" ".join(CONTROLS.sub("\ufffd", wire.subject or "").split())]:
        yield Fault("The title is not the subject.", f"<title> {' / '.join(titles)}")
    metas = wire.page.tagged("meta")
    if not any(_says_utf8(meta) for meta in metas):
        yield Fault("No meta names the charset utf-8.", "<meta charset>")
    present = {meta.attributes.get("name", "").lower() for meta in metas}
    for name in METAS:
        if name not in present:
            yield Fault(f"The meta {name} is missing.", f"<meta name={name}>")
    if not PIXELS_PER_INCH.search(wire.rich.text):
        yield Fault("Outlook is not told PixelsPerInch 96.", "<o:PixelsPerInch>")


def _language(wire: Wire) -> Iterator[Fault]:
    outermost = wire.page.root.attributes if wire.page.root else {}
    for name in ("lang", "dir"):
        if not outermost.get(name):
            yield Fault(f"The html element has no {name}.", "<html>")
    inside = (node.attributes.get("lang") for body in wire.page.tagged("body") for node in body.within)
    if outermost.get("lang") and outermost["lang"] not in inside:
        yield Fault("No wrapper in the body repeats the language, and clients drop the html element.", "<body>")


def _says_utf8(meta: Node) -> bool:
    declared = meta.attributes.get("charset") or meta.attributes.get("content", "").rpartition("charset=")[2]
    return declared.strip().lower() == "utf-8"


def ordered_headings(wire: Wire) -> Iterator[Fault]:
    """M12: one h1; levels never skip; which heading is a story's is not in the bytes."""
    if wire.rich is None:
        return
    headings = wire.page.tagged(*HEADINGS)
    first_rank = sum(node.tag == "h1" for node in headings)
    if first_rank != 1:
        yield Fault(f"There are {first_rank} h1 headings instead of one.", "<h1>")
    level = 0
    for node in headings:
        if HEADINGS.index(node.tag) > level:
            yield Fault(f"A heading skips from level {level} to {node.tag}.", node.words)
        level = HEADINGS.index(node.tag) + 1


def furnished_images(wire: Wire) -> Iterator[Fault]:
    """M13: every img has src, alt, width, height and display:block; a linked one an alt that says something.

    That src is https is M23's. Unstyled alt text is a warning.
    """
    for image in wire.page.tagged("img"):
        where = f"<img src={image.attributes.get('src', '')}>"
        if not image.attributes.get("src"):
            yield Fault("An image has no src.", where)
        if "alt" not in image.attributes:
            yield Fault("An image has no alt.", where)
        elif not image.attributes["alt"].strip() and any(outer.tag == "a" for outer in image.around):
            yield Fault("A linked image has an empty alt.", where)
        if not all(PIXELS.fullmatch(image.attributes.get(name, "")) for name in ("width", "height")):
            yield Fault("An image has no width and height in pixels.", where)
        if image.style.get("display") != "block":
            yield Fault("An image is not display:block.", where)
        if image.attributes.get("alt") and not ALT_STYLES & image.style.keys():
            yield Fault("An image's alt text is unstyled.", where, Severity.WARNING)


def nothing_active(wire: Wire) -> Iterator[Fault]:
    """M20: no script, form, frame, object, film, on*, meta refresh, outside CSS; schemes http, https, mailto only."""
    for node in wire.page.everything:
        if node.tag in FORBIDDEN:
            yield Fault(f"The HTML holds a {node.tag} element.", f"<{node.tag}>")
        for name in node.attributes:
            if name.startswith("on"):
                yield Fault("An element carries an event handler.", f"<{node.tag} {name}>")
        if node.tag == "meta" and node.attributes.get("http-equiv", "").strip().lower() == "refresh":
            yield Fault("A meta refreshes the page.", "<meta http-equiv=refresh>")
        if node.tag == "style" and has_import(node.text):
            yield Fault("The HTML fetches CSS from outside.", f"<{node.tag}>")
        for url in node.addresses:
            if (link := Link.parse(url)) and link.scheme not in SCHEMES:
                yield Fault(f"An address has the scheme {link.scheme}.", url)
