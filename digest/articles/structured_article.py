"""The article in a page's JSON-LD (schema.org), whichever way it is nested."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

_OTHER_TYPES = frozenset({"BlogPosting", "LiveBlogPosting"})
_DEEPEST = 6


class StructuredArticle:
    """The one article that JSON-LD documents describe; every question has an empty answer when there is none.

    Parts that are only named by "@id" are looked up in the same page.
    """

    def __init__(self, documents: list[Any]) -> None:
        nodes = [node for document in documents for node in _nodes(document)]
        self._by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
        articles = [node for node in nodes if _is_article(node)]
        # A page may describe its neighbours, too; its own article is told most about, and first.
        self._node: Node = max(articles, key=_weight, default={})

    def text(self, *names: str) -> str:
        """Return the first text under one of *names*; of a list its first."""
        for name in names:
            for value in _many(self._node.get(name)):
                if isinstance(value, str) and value.strip():
                    return value
        return ""

    def names(self, *names: str) -> list[str]:
        """Return the names of the people or organisations under the first of *names* that has any."""
        for name in names:
            found = [text for value in _many(self._node.get(name)) for text in self._names(value)]
            if found:
                return found
        return []

    def addresses(self, *names: str) -> list[str]:
        """Return the addresses under *names*: texts, "@id" or "url" of objects."""
        values = [value for name in names for value in _many(self._node.get(name))]
        found = [value if isinstance(value, str) else _text(value, "@id") or _text(value, "url") for value in values]
        return [address for address in found if address]

    def image(self) -> Node:
        """Return the first image as an ImageObject with a "url", or an empty object."""
        for value in _many(self._node.get("image")):
            image = {"url": value} if isinstance(value, str) else self._resolved(value)
            url = _text(image, "url") or _text(image, "contentUrl")
            if url:
                return image | {"url": url}
        return {}

    def _resolved(self, value: Any) -> Node:
        node = value if isinstance(value, dict) else {}
        return self._by_id.get(node.get("@id", ""), {}) | node if isinstance(node.get("@id"), str) else node

    def _names(self, value: Any) -> list[str]:
        if isinstance(value, str):
            return [value] if value.strip() else []
        return [name for name in _many(self._resolved(value).get("name")) if isinstance(name, str) and name.strip()]


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(value.get(name), depth + 1)


def _is_article(node: Node) -> bool:
    return any(isinstance(t, str) and (t.endswith("Article") or t in _OTHER_TYPES) for t in _many(node.get("@type")))


def _weight(node: Node) -> int:
    return sum(bool(node.get(name)) for name in ("headline", "datePublished", "author", "articleBody"))


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(node: Any, name: str) -> str:
    values = _many(node.get(name)) if isinstance(node, dict) else []
    return next((value for value in values if isinstance(value, str) and value.strip()), "")
