"""The HTML part as a client's parser sees it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]  # lxml ships no types

from digest.rendering.lint.stylesheet import declarations, urls

# lxml refuses to hand out names and texts that hold these.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CONDITIONAL = re.compile(r"^\[if [^\]]*\]>(.*)<!\[endif\]$", re.DOTALL)
URL_ATTRIBUTES = frozenset({"href", "src", "background", "poster", "action", "formaction", "xlink:href"})
HIDING = (("display", "none"), ("visibility", "hidden"), ("font-size", "0"), ("font-size", "0px"), ("opacity", "0"))


@dataclass(frozen=True)
class Node:
    """One element: its name and its attributes', which the parser put into lower case, and their plain values."""

    _element: Any
    tag: str
    attributes: dict[str, str]

    @classmethod
    def of(cls, element: Any) -> "Node":
        """Read *element*'s name and attributes; nearly every rule asks for them."""
        return cls(element, element.tag, dict(element.attrib))

    @cached_property
    def text(self) -> str:
        """Return all text within, as it stands."""
        return str(self._element.text_content())

    @property
    def words(self) -> str:
        """Return all text within, each run of white space one space."""
        return " ".join(self.text.split())

    @cached_property
    def style(self) -> Mapping[str, str]:
        """Return the declarations of the style attribute."""
        return declarations(self.attributes.get("style", ""))

    @property
    def own_words(self) -> bool:
        """Say whether text stands right in this element, not only in one within."""
        first = self._element.text
        if first and not first.isspace():
            return True
        return any(child.tail and not child.tail.isspace() for child in self._element)

    @property
    def key(self) -> object:
        """Return what tells this element from every other."""
        return self._element

    @property
    def parent(self) -> object:
        """Return the `key` of the element around this one, None at the root."""
        return self._element.getparent()

    @property
    def around(self) -> "Iterator[Node]":
        """Yield the elements around this one, the nearest first."""
        return (Node.of(element) for element in self._element.iterancestors())

    @property
    def within(self) -> "Iterator[Node]":
        """Yield the elements inside this one, in order."""
        return (Node.of(element) for element in self._element.iterdescendants("*"))

    @property
    def text_runs(self) -> Iterator[str]:
        """Yield each unbroken run of text between two tags within, with its white space."""
        return (str(run) for run in self._element.xpath(".//text()"))

    @property
    def addresses(self) -> Iterator[str]:
        """Yield every address that this element points at, in attributes and in CSS."""
        for name, value in self.attributes.items():
            if name == "srcset":
                yield from (candidate.split()[0] for candidate in value.split(",") if candidate.strip())
            elif name in URL_ATTRIBUTES:
                yield value.strip()
        yield from urls(self.text if self.tag == "style" else self.attributes.get("style", ""))

    @property
    def hides_itself(self) -> bool:
        """Say whether inline CSS or HTML hides this element, whatever is around it."""
        return "hidden" in self.attributes or any(self.style.get(name) == value for name, value in HIDING)

    @property
    def is_hidden(self) -> bool:
        """Say whether inline CSS or HTML hides this element or one around it."""
        return any(node.hides_itself for node in (self, *self.around))


@dataclass(frozen=True)
class Page:
    """The parsed HTML part; `root` is None where there is nothing to parse."""

    root: Node | None
    conditional_root: Node | None

    @classmethod
    def parse(cls, source: str) -> "Page":
        """Parse *source* as leniently as a mail client; what stands in conditional comments apart."""
        root = _parse(source)
        return cls(None if root is None else Node.of(root), _conditional(root))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every element that is not in a comment, in order."""
        return (self.root, *self.root.within) if self.root else ()

    @cached_property
    def everything(self) -> tuple[Node, ...]:
        """Every element, then those that only Word-based Outlook sees, in conditional comments."""
        hidden = self.conditional_root
        return (*self.nodes, *((hidden, *hidden.within) if hidden else ()))

    def tagged(self, *tags: str) -> list[Node]:
        """Return the elements of any of these names that are not in a comment, in order."""
        if len(tags) == 1:
            return list(self._by_tag.get(tags[0], ()))
        return [node for node in self.nodes if node.tag in tags]

    @cached_property
    def _by_tag(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.tag, []).append(node)
        return found


def _parse(source: str) -> Any:
    # huge_tree: otherwise what is nested deeper than 256 elements is dropped without a word, and unseen here.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = html.document_fromstring(CONTROLS.sub("\ufffd", source).encode(errors="replace"), parser=parser)
    except etree.LxmlError:
        return None
    # What stands before <html> and after </html> becomes a root of its own; clients take it into the page.
    for stray in (*root.itersiblings(preceding=True), *root.itersiblings()):
        root.append(stray)
    return root


def _conditional(root: Any) -> Node | None:
    if root is None:
        return None
    comments = (CONDITIONAL.match(comment.text or "") for comment in root.iter(etree.Comment))
    parsed = _parse("".join(match[1] for match in comments if match))
    return None if parsed is None else Node.of(parsed)
