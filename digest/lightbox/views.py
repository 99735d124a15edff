"""The mail's page as different readers meet it: by day or by night, with its style blocks or without them."""

import re
from dataclasses import dataclass
from enum import StrEnum

NIGHT = "(prefers-color-scheme: dark)"
STYLE_BLOCK = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL | re.IGNORECASE)


class Width(StrEnum):
    """A screen the mail is looked at on."""

    DESKTOP = "desktop"
    TABLET = "tablet"
    PHONE = "phone"

    @property
    def pixels(self) -> int:
        """Return how wide it is, in CSS px."""
        return {Width.DESKTOP: 1024, Width.TABLET: 768, Width.PHONE: 375}[self]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the mail. Without `styles` it is as in clients that drop every style block."""

    width: Width = Width.DESKTOP
    dark: bool = False
    pictures: bool = True
    styles: bool = True

    @property
    def name(self) -> str:
        """Return what a picture of it is called, as "phone-dark-no-pictures"."""
        parts = [self.width.value, "dark" if self.dark else "light"]
        parts += [] if self.pictures else ["no-pictures"]
        parts += [] if self.styles else ["no-styles"]
        return "-".join(parts)

    def of(self, html: str) -> str:
        """Return the page *html* with the styles that this reader's client would heed, whatever the browser prefers."""
        if not self.styles:
            return STYLE_BLOCK.sub("", html)
        return html.replace(NIGHT, "all" if self.dark else "not all")


# A client without style blocks knows no night.
MATRIX = (
    *(View(width, dark, pictures) for width in Width for dark in (False, True) for pictures in (True, False)),
    *(View(width, styles=False) for width in Width),
)
