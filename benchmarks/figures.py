"""Figures: what was measured, the bound it is held to, and the table of them."""

from collections.abc import Iterable
from dataclasses import dataclass

WHOLE_FROM = 100  # smaller numbers are told with two places, fractions with three


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `holds` is None where nothing is asked of it."""

    what: str
    measured: str
    bound: str = ""
    holds: bool | None = None


def plain(what: str, value: float, unit: str) -> Figure:
    """Return a figure that is only shown."""
    return Figure(what, _told(value, unit))


def at_least(what: str, value: float, bound: float, unit: str = "") -> Figure:
    """Return a figure that is to be *bound* or more."""
    return Figure(what, _told(value, unit), f"at least {_number(bound)}", value >= bound)


def at_most(what: str, value: float, bound: float, unit: str = "") -> Figure:
    """Return a figure that is to be *bound* or less."""
    return Figure(what, _told(value, unit), f"at most {_number(bound)}", value <= bound)


def exact(what: str, holds: bool, told: str) -> Figure:
    """Return a figure that is right or wrong."""
    return Figure(what, told, "exact", holds)


def left_out(what: str, why: str) -> Figure:
    """Return the line of what could not be measured here."""
    return Figure(what, f"left out: {why}")


def table(figures: Iterable[Figure]) -> str:
    """Return *figures* as lines, those that miss their bound marked at the end."""
    marks = {None: "", True: "holds", False: "MISSED"}
    return "\n".join(
        f"  {figure.what:<62}{figure.measured:>18}   {figure.bound:<16}{marks[figure.holds]}".rstrip()
        for figure in figures
    )


def _told(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".rstrip()


def _number(value: float) -> str:
    if value >= WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"
