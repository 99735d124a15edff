"""What eyes need: letters large enough, lines apart, ink that stands out from its ground."""

from collections.abc import Iterator

from digest.rendering.lint.appearance import Appearance, Looks, appearances
from digest.rendering.lint.page import Node
from digest.rendering.lint.violation import Fault
from digest.rendering.lint.wire import Wire

SMALLEST = 14
LARGE = 24
LEAST_LEADING = {"p": 1.2, "h1": 1.1, "h2": 1.1, "h3": 1.1}  # a paragraph of one line needs less than running text
LEAST_CONTRAST, LEAST_LARGE_CONTRAST = 4.5, 3.0


def legible_words(wire: Wire) -> Iterator[Fault]:
    """M15: words have 14 px or more, lines some air, ink a contrast of 4.5:1 (3:1 from 24 px), in light and dark.

    Colours are those of style attributes and, in the dark, of the kept block's rules for one class.
    """
    # A look that is wrong is wrong in every story: it is judged once, and what is said of one is said once.
    first: dict[tuple[Looks, str], Node] = {}
    for node, looks in appearances(wire.page):
        first.setdefault((looks, node.tag), node)
    found: dict[str, Fault] = {}
    for (looks, _), node in first.items():
        for fault in (
            *_cramped(node, looks.light),
            *_pale(node, looks.light, "in light"),
            *_pale(node, looks.dark, "in the dark"),
        ):
            found.setdefault(fault.what, fault)
    yield from found.values()


def _cramped(node: Node, look: Appearance) -> Iterator[Fault]:
    if look.size < SMALLEST:
        yield Fault(f"Words are set in {look.size:g} px; 14 is the least.", f"<{node.tag}> {node.words}")
    if look.leading is not None and look.leading < look.size * LEAST_LEADING.get(node.tag, 1):
        what = f"Lines of {look.size:g} px are {look.leading:g} px apart, too close to read."
        yield Fault(what, f"<{node.tag}> {node.words}")


def _pale(node: Node, look: Appearance, when: str) -> Iterator[Fault]:
    least = LEAST_LARGE_CONTRAST if look.size >= LARGE else LEAST_CONTRAST
    if look.contrast is not None and look.contrast < least:
        what = f"The contrast of {look.ink} on {look.ground} is {look.contrast:.2f}:1 {when}; {least:g}:1 is the least."
        yield Fault(what, node.words)
