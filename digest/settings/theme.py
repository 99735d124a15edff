"""The part of the configuration that gives the mail a newsroom's face: `[theme]`."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from digest.colour import LEAST_CONTRAST, contrast, lifted
from digest.settings.part import Part

DEFAULT_ACCENT, DEFAULT_DARK_ACCENT, DARK_PAPER = "#8a1c1c", "#ff9a8a", "#17181a"
# Unquoted names, as style attributes carry them; nothing that could end a declaration.
FONTS = re.compile(r"[A-Za-z-][A-Za-z0-9 -]*(, ?[A-Za-z-][A-Za-z0-9 -]*)*")
GENERIC = ("serif", "sans-serif", "monospace")
LONGEST_FONTS = 200


def _six_digits(colour: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is no colour; write it with six hexadecimal digits, as #8a1c1c")
    return colour.lower()


def _font_names(fonts: str) -> str:
    last = fonts.rpartition(",")[2].strip()
    if len(fonts) > LONGEST_FONTS or not FONTS.fullmatch(fonts) or last not in GENERIC:
        raise ValueError(
            f"{fonts!r} names no fonts; write names without quotes, the last one {', '.join(GENERIC[:-1])} or"
            f" {GENERIC[-1]}, as Georgia, Times New Roman, serif"
        )
    return ", ".join(name.strip() for name in fonts.split(","))


Colour = Annotated[str, AfterValidator(_six_digits)]
Fonts = Annotated[str, AfterValidator(_font_names)]


class ThemeSettings(Part):
    """`[theme]`: colours by day and, with `dark_`, by night; fonts; the logo's size in px; how sections are headed.

    `paper` is the column, `canvas` what lies around it, `accent` labels and the line at the top. Without `dark_accent`
    the accent is lifted until it can be read. What a newsletter's own `theme` does not say, this one says.
    """

    ink: Colour = "#1a1a1a"
    paper: Colour = "#ffffff"
    canvas: Colour = "#f4f2ee"
    rule: Colour = "#d9d5cd"
    grey: Colour = "#5f5b53"
    accent: Colour = DEFAULT_ACCENT
    dark_ink: Colour = "#ece9e4"
    dark_paper: Colour = DARK_PAPER
    dark_canvas: Colour = "#0e0f10"
    dark_rule: Colour = "#33353a"
    dark_grey: Colour = "#a9a49b"
    dark_accent: Colour | None = None
    headline_font: Fonts = "Georgia, Times New Roman, serif"
    text_font: Fonts = "-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
    logo_width: int = Field(default=240, ge=16, le=552)
    logo_height: int = Field(default=48, ge=16, le=200)
    section_look: Literal["rule", "band", "label"] = "rule"

    @property
    def night_accent(self) -> str:
        """Return the accent on dark paper."""
        if self.dark_accent is None and self.accent == DEFAULT_ACCENT and self.dark_paper == DARK_PAPER:
            return DEFAULT_DARK_ACCENT
        return self.dark_accent or lifted(self.accent, self.dark_paper)

    @property
    def word_headline_font(self) -> str:
        """Return the fonts of headlines for Word-based Outlook, which reads no list of fonts."""
        return _for_word(self.headline_font)

    @property
    def word_text_font(self) -> str:
        """Return the fonts of other words for Word-based Outlook."""
        return _for_word(self.text_font)

    def over(self, base: "ThemeSettings") -> "ThemeSettings":
        """Return this theme with what it does not say itself from *base*."""
        return ThemeSettings(**{**base.model_dump(exclude_unset=True), **self.model_dump(exclude_unset=True)})

    def objections(self) -> Iterator[str]:
        """Yield each pair of colours that could not be read, as a clause (M15)."""
        night = ("dark_ink", self.dark_ink), ("dark_grey", self.dark_grey), ("dark_accent", self.night_accent)
        day = ("ink", self.ink), ("grey", self.grey), ("accent", self.accent)
        for inks, ground, colour in (
            (day, "paper", self.paper),
            (day, "canvas", self.canvas),
            (night, "dark_paper", self.dark_paper),
            (night, "dark_canvas", self.dark_canvas),
        ):
            for name, ink in inks:
                ratio = contrast(ink, colour) or 0
                if ratio < LEAST_CONTRAST:
                    pair = f"{name} {ink} on {ground} {colour}"
                    yield f"{pair} has a contrast of {ratio:.2f}:1; {LEAST_CONTRAST}:1 is the least"


def _for_word(fonts: str) -> str:
    return {"serif": "Georgia,serif", "monospace": "Courier New,monospace"}.get(
        fonts.rpartition(", ")[2], "Arial,sans-serif"
    )


DEFAULT_THEME = ThemeSettings()
