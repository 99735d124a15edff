"""What the layout must be, for Word-based Outlook and for clients that drop what they do not know."""

import re
from collections.abc import Iterator

from digest.rendering.lines import columns
from digest.rendering.lint.page import Node
from digest.rendering.lint.stylesheet import classes_named, nested_at_rules, without_strings
from digest.rendering.lint.violation import Fault, Severity
from digest.rendering.lint.wire import Wire

WIDEST_COLUMN = 640
SHORTEST_STANDFIRST, LONGEST_STANDFIRST = 40, 130
PADDED = frozenset({"td", "th", "a", "body", "div"})

# What old clients do not read: each would cost the declaration, in some clients the whole attribute.
MODERN = re.compile(
    r"\b(?:var|calc|min|max|clamp)\(|\b[\d.]+rem\b|#(?:[0-9a-f]{3,4}|[0-9a-f]{8})(?![0-9a-f])"
    r"|\b(?:rgb|hsl)a?\([^(),]*\)",
    re.IGNORECASE,
)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
FOR_WORD = re.compile(r"<!--\[if [^!\]][^\]]*\]>(.*?)(?:<!\[endif\]-->|\Z)", re.DOTALL)
NOT_FOR_WORD = re.compile(r"<!--\[if !mso\]><!-->.*?(?:<!--<!\[endif\]-->|\Z)", re.DOTALL)
TABLE_TAG = re.compile(r"<(/?)(table|tr|td)(?=[\s/>])", re.IGNORECASE)
WIDTH = re.compile(r"(\d{1,9})(?:px)?", re.ASCII)
NO_PADDING = re.compile(r"(?:0(?:px)?\s*)*")


def flat_styles(wire: Wire) -> Iterator[Fault]:
    """M04: no at-rule inside another; no `url()` in CSS, but for a background that an attribute repeats (Gmail)."""
    for node in wire.page.tagged("style"):
        yield from (Fault("An at-rule stands inside another.", head) for head in nested_at_rules(node.text))
        if "url(" in without_strings(node.text).lower():
            yield Fault("A style block points at a file by url().", "<style>")
    for node in wire.page.everything:
        style = node.attributes.get("style", "")
        if "url(" in style.lower() and "url(" in without_strings(style).lower() and "background" not in node.attributes:
            yield Fault("A style points at a file by url(), and no attribute does for clients that drop it.", style)


def plain_values(wire: Wire) -> Iterator[Fault]:
    """M05: inlined CSS has no `var(`, `calc(`, `rem`, space-syntax colours or 3-, 4- or 8-digit hex."""
    # Stories are styled alike: each style is read once.
    styled = {node.attributes.get("style", ""): node for node in wire.page.nodes}
    for style, node in styled.items():
        if found := MODERN.search(without_strings(style)):
            yield Fault("An inlined style holds a value that old clients do not read.", f"<{node.tag}> {found[0]}")


def used_classes(wire: Wire) -> Iterator[Fault]:
    """M06: no class is left that no style block names; that each inlined rule matched is the inliner's to know."""
    named = classes_named("\n".join(node.text for node in wire.page.tagged("style")))
    classes = {name: None for node in wire.page.nodes for name in node.attributes.get("class", "").split()}
    unused = [name for name in classes if name not in named]
    if unused:
        yield Fault(f"Classes that no style block names: {len(unused)}.", " ".join(unused))


def balanced_tables(wire: Wire) -> Iterator[Fault]:
    """M09: tables, rows and cells close in their order, for Word, which reads conditional blocks, and for others."""
    source = wire.rich.text if wire.rich else ""
    readings = {
        "Word-based Outlook": COMMENT.sub("", FOR_WORD.sub(r"\1", NOT_FOR_WORD.sub("", source))),
        "other clients": COMMENT.sub("", source),
    }
    for client, seen in readings.items():
        if place := _imbalance(seen):
            yield Fault(f"The tables do not close in their order, as {client} read them.", place)


def _imbalance(source: str) -> str | None:
    """Return where the first table tag stands that closes nothing or is never closed."""
    opened: list[re.Match[str]] = []
    for tag in TABLE_TAG.finditer(source):
        if not tag[1]:
            opened.append(tag)
        elif not opened or opened.pop()[2].lower() != tag[2].lower():
            return source[tag.start() : tag.start() + 60]
    return source[opened[-1].start() : opened[-1].start() + 60] if opened else None


def narrow_column(wire: Wire) -> Iterator[Fault]:
    """M10: no table is wider than 640 px; each is for layout and says so; words are padded by what is around them.

    Word pads cells alone: in a paragraph or heading the padding is lost. On a div, which Word ignores, it is a gift
    to the others.
    """
    for node in wire.page.everything:
        if node.tag == "table":
            if node.attributes.get("role") != "presentation":
                yield Fault("A table lacks role=presentation.", _tag(node))
            if _width(node) > WIDEST_COLUMN:
                yield Fault(f"A table is {_width(node)} px wide; 640 is the most.", _tag(node))
        if node.tag not in PADDED and any(_pads(*declared) for declared in node.style.items()):
            yield Fault("Padding stands where Word-based Outlook drops it; pad the cell around.", _tag(node))


def _width(node: Node) -> int:
    stated = (node.attributes.get("width", ""), node.style.get("width", ""), node.style.get("max-width", ""))
    return max((int(found[1]) for value in stated if (found := WIDTH.fullmatch(value.strip()))), default=0)


def _pads(name: str, value: str) -> bool:
    return name.partition("-")[0] == "padding" and not NO_PADDING.fullmatch(value)


def _tag(node: Node) -> str:
    return f"<{node.tag}> {node.attributes.get('style') or node.words}"


def visible_standfirst(wire: Wire) -> Iterator[Fault]:
    """M19: a visible standfirst of 40-130 characters above the stories, not the subject again; nothing hidden there.

    Its length is a warning, for the words are the editor's; a wide letter, as of Japanese, counts for two in the
    least. Google asks not to hide content.
    """
    if wire.rich is None:
        return
    above = list(_above_the_stories(wire))
    for node in above:
        if node.hides_itself and node.words:
            yield Fault("Words are hidden from readers.", node.words)
    leading = [node.words for node in above if node.tag == "p" and not any(inner.tag == "a" for inner in node.within)]
    if not any(_is_standfirst(words) and words != wire.subject for words in leading):
        what = "No standfirst of 40 to 130 characters, other than the subject, stands above the stories."
        yield Fault(what, max(leading, key=len, default="<body>") or "<body>", Severity.WARNING)


def _is_standfirst(words: str) -> bool:
    return columns(words) >= SHORTEST_STANDFIRST and len(words) <= LONGEST_STANDFIRST


def _above_the_stories(wire: Wire) -> Iterator[Node]:
    is_named = False
    for node in wire.page.nodes:
        if is_named and node.tag == "h2":
            return
        is_named = is_named or node.tag == "h1"
        yield node
