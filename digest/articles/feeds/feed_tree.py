"""The elements of a well-formed XML feed: its kind, and what the fast parser does not hand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_CHANGED = ("updated", "modified", "lastbuilddate")
_KINDS = {"rss": "item", "rdf": "item", "feed": "entry"}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one item says in plain sight: its dates, the best first, and what its addresses are relative to."""

    dates: tuple[str, ...]
    base: str


class FeedTree:
    """A well-formed feed. `kind` is the root's name, "" where that is none of a feed."""

    def __init__(self, root: Any) -> None:
        self._root = root
        name = _name(root)
        is_feed = name in _KINDS and (name != "rdf" or root.tag.startswith(f"{{{_RDF}}}"))
        self.kind = name if is_feed else ""
        self.root_name = name

    @classmethod
    def of(cls, text: str, url: str) -> "FeedTree | None":
        """Parse *text*, found at *url*; None where it is not well-formed."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return cls(etree.fromstring(text.encode(), parser, base_url=url))
        except (etree.XMLSyntaxError, ValueError):
            return None

    def leaves(self) -> list[Leaf]:
        """Return what each item says, in their order."""
        wanted = _KINDS.get(self.kind, "")
        items = (element for element in self._root.iter() if _name(element) == wanted)
        return [Leaf(tuple(_dates(item)), _base(item)) for item in items]


def _name(element: Any) -> str:
    # Comments and processing instructions have a function where elements have a name.
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _dates(item: Any) -> Iterator[str]:
    told = {name: child.text for child in reversed(item) if (name := _name(child)) and (child.text or "").strip()}
    yield from (text for name in (*_PUBLISHED, *_CHANGED) if (text := told.get(name)))


def _base(item: Any) -> str:
    """Return the base (xml:base) of the item's body, which may have one of its own."""
    body = next((child for child in item if _name(child) in {"content", "encoded", "description", "summary"}), item)
    return body.base or ""
