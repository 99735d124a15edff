"""How words look, as far as the bytes tell: their size and the contrast of their ink on their ground."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from digest.colour import contrast
from digest.rendering.lint.page import Node, Page
from digest.rendering.lint.stylesheet import rules_in

PIXELS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)px", re.ASCII)
CLASS_ALONE = re.compile(r"\.([\w-]+)")


@dataclass(frozen=True, slots=True)
class Appearance:
    """What an element's words inherit: colours as #rrggbb or what else was declared, sizes in px.

    `leading` is the line's height, None where it is not given in px.
    """

    ink: str = "#000000"
    ground: str = "#ffffff"
    size: float = 16
    leading: float | None = None

    def under(self, declared: Mapping[str, str]) -> "Appearance":
        """Return this, changed by the declarations of an element."""
        size, leading = (PIXELS.fullmatch(_plain(declared.get(name, ""))) for name in ("font-size", "line-height"))
        return replace(
            self,
            ink=_plain(declared.get("color", self.ink)),
            ground=_plain(declared.get("background-color", declared.get("background", self.ground))),
            size=float(size[1]) if size else self.size,
            leading=float(leading[1]) if leading else self.leading,
        )

    @property
    def contrast(self) -> float | None:
        """Return the ratio of WCAG 2.2, from 1 to 21; None where a colour is not #rrggbb."""
        return contrast(self.ink, self.ground)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """An element in light and in dark; told from others by what it is, which is quick."""

    light: Appearance
    dark: Appearance


PLAIN = Looks(Appearance(), Appearance())


def appearances(page: Page) -> Iterator[tuple[Node, Looks]]:
    """Yield every element that holds words of its own with how they look in light and in the kept block's dark.

    Of the kept block only rules for one class are known here; browsers know the rest.
    """
    turned = dark_classes(page)
    looks: dict[object, Looks] = {}
    # Stories are styled alike: looks are worked out once for each style under each other.
    seen: dict[tuple[Looks, str, str], Looks] = {}
    for node in page.nodes:
        style, classes = node.attributes.get("style", ""), node.attributes.get("class", "")
        look = looks.get(node.parent, PLAIN)
        if style or classes:
            key = (look, style, classes)
            look = seen.get(key) or seen.setdefault(key, _turned(look, node, turned))
        looks[node.key] = look
        if node.own_words and node.tag not in {"title", "style"}:
            yield node, look


def _turned(around: Looks, node: Node, turned: Mapping[str, Mapping[str, str]]) -> Looks:
    dark = around.dark.under(node.style)
    for name in node.attributes.get("class", "").split():
        dark = dark.under(turned.get(name, {}))
    return Looks(around.light.under(node.style), dark)


def dark_classes(page: Page) -> dict[str, dict[str, str]]:
    """Return what each class declares for dark clients, by its name."""
    found: dict[str, dict[str, str]] = {}
    for style in page.tagged("style"):
        for selector, declared in rules_in(style.text, "prefers-color-scheme: dark"):
            for one in selector.split(","):
                if match := CLASS_ALONE.fullmatch(one.strip()):
                    found.setdefault(match[1], {}).update(declared)
    return found


def _plain(value: str) -> str:
    return value.replace("!important", "").strip().lower()
