"""Colours: how far two stand apart, and what lifts one off a dark ground."""

import re
from functools import lru_cache

SIX_DIGITS = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
KNEE = 0.04045  # of the sRGB curve (WCAG 2.2, relative luminance)
LEAST_CONTRAST = 4.5  # of words on their ground (WCAG 2.2, 1.4.3; M15)
STEPS = 20


@lru_cache(maxsize=256)
def contrast(one: str, other: str) -> float | None:
    """Return the contrast of two colours as WCAG 2.2 has it, from 1 to 21; None where one is not #rrggbb."""
    lights = sorted(light for colour in (one, other) if (light := _luminance(colour)) is not None)
    return (lights[1] + 0.05) / (lights[0] + 0.05) if len(lights) == 2 else None  # noqa: PLR2004 - two colours


def lifted(colour: str, ground: str) -> str:
    """Return *colour*, mixed with white by as little as lets words in it be read on a dark *ground*; all #rrggbb."""
    mixed = (_mixed(colour, "#ffffff", step / STEPS) for step in range(STEPS + 1))
    return next((one for one in mixed if (contrast(one, ground) or 0) >= LEAST_CONTRAST), "#ffffff")


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float | None:
    match = SIX_DIGITS.fullmatch(colour)
    if match is None:
        return None
    red, green, blue = (_linear(int(pair, 16) / 255) for pair in match.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= KNEE else ((share + 0.055) / 1.055) ** 2.4
