"""The zones that readers live in, by their IANA names."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from zoneinfo import available_timezones

from subscribers.errors import SubscribersError

_REGIONS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())  # noqa: SIM905 - read best as text
# What the database of zones holds beside places: an answer to nothing, and a machine's own.
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


class UnknownZoneError(SubscribersError):
    """There is no such zone."""


def zone_named(name: str) -> str:
    """Return the zone that is *named*, as the IANA database writes it; in whatever case it came.

    Raises:
        UnknownZoneError: there is none of that name.
    """
    found = _by_small_letters().get(name.strip().casefold())
    if found is None:
        raise UnknownZoneError(f"{name.strip()[:64]!r} is no time zone; write it as Europe/Lisbon or America/New_York")
    return found


def known_zones(names: Iterable[str]) -> list[str]:
    """Return those of *names* that this machine knows; a newer one may have stored others."""
    zones = set(_by_small_letters().values())
    return [name for name in names if name in zones]


@cache
def zones_by_region() -> Mapping[str, Sequence[str]]:
    """Return the zones that a reader may choose from, by the part of the world, in the order of the alphabet."""
    found: dict[str, list[str]] = {}
    for name in sorted(_by_small_letters().values()):
        region, _, place = name.partition("/")
        if place and region in _REGIONS:
            found.setdefault(region, []).append(name)
    return found


def written_zone(name: str) -> str:
    """Return a zone as a reader knows it: "New York", or "Buenos Aires, Argentina"."""
    *_, more, place = ("", *name.replace("_", " ").split("/"))
    return place if more in {"", *_REGIONS} else f"{place}, {more}"


@cache
def _by_small_letters() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if name not in _NO_PLACES}
