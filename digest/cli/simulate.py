"""`digest simulate`: what the calendar comes to, before a clock change or a holiday does."""

from datetime import date as Date  # noqa: N812 - as in `digest edition`
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from digest.cli.desk import LAST_DATE, Desk, date_named, newsletter_named
from digest.editions.calendar import Calendar
from digest.editions.simulation import SimulatedDay, simulate
from digest.errors import BadInputError
from subscribers.timezone import zone_named, zones_by_region

MOST_DAYS = 3660
_MOMENTS = ("window_start", "window_end", "cutoff", "send_at", "deadline")
_SHOWN = ("window_start", "cutoff", "send_at", "deadline")
_HEADINGS = ("window from", "cut-off", "send", "deadline")


def simulate_days(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(metavar="NEWSLETTER")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first local date; by default today's.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many dates.")] = 14,
    zones: Annotated[
        list[str] | None,
        typer.Option("--zone", metavar="ZONE", help="When readers there get it. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Show each date's window, cut-off, send and deadline, in the newsletter's zone and in UTC, and what is skipped.

    With mornings = "reader" also when it reaches the first and the last readers on earth. Reads the configuration
    alone, and takes every edition before a date to have gone out. Sends and changes nothing.
    """
    desk: Desk = context.obj
    found = newsletter_named(desk.settings(), newsletter)
    begin = date_named(first, found, desk.now(), option="--from")
    _refuse_beyond_reach(begin, days)
    on_earth = [zone for region in zones_by_region().values() for zone in region]
    asked = [zone_named(zone) for zone in zones] if zones else on_earth if found.mornings == "reader" else []
    simulated = list(simulate(Calendar.of(found), begin, days, asked))
    if as_json:
        desk.say_json([_as_json(day, found.zone) for day in simulated])
        return
    desk.say(f"{'date':<14} {'hours':>5}  {'clock':<7}" + "".join(f"{heading:<19}" for heading in _HEADINGS).rstrip())
    for day in simulated:
        for line in (*_lines(day, found.zone), *(_wave_lines(day) if zones else _span_lines(day))):
            desk.say(line)


def _refuse_beyond_reach(first: Date, days: int) -> None:
    if days > (LAST_DATE - first).days + 1:
        raise BadInputError(f"--days {days} from {first} is out of reach; dates end with {LAST_DATE}")


def _instants(day: SimulatedDay) -> dict[str, datetime | None]:
    schedule = day.schedule
    if schedule is None:
        return dict.fromkeys(_MOMENTS)
    moments = (schedule.window.start, schedule.window.end, day.cutoff, schedule.send_at, schedule.deadline)
    return dict(zip(_MOMENTS, moments, strict=True))


def _as_json(day: SimulatedDay, zone: ZoneInfo) -> dict[str, Any]:
    instants = _instants(day)
    local = {name: moment.astimezone(zone).isoformat() if moment else None for name, moment in instants.items()}
    return {
        "date": day.local_date.isoformat(),
        **{name: moment.isoformat() if moment else None for name, moment in instants.items()},
        "hours": day.schedule.window.hours if day.schedule else None,
        "skipped": day.schedule is None,
        "reason": day.reason,
        "local": local,
        "waves": [
            {"send_at": wave.send_at.isoformat(), "deadline": wave.deadline.isoformat(), "zones": wave.zones}
            for wave in day.waves
        ],
    }


def _lines(day: SimulatedDay, zone: ZoneInfo) -> list[str]:
    head = f"{day.local_date:%Y-%m-%d %a}"
    if day.schedule is None:
        return [f"{head:<14} {'':>5}  skipped: {day.reason}"]
    instants = [moment for name, moment in _instants(day).items() if moment and name in _SHOWN]
    note = f"  {day.reason}" if day.reason else ""
    local = _row([moment.astimezone(zone) for moment in instants])
    return [
        f"{head:<14} {day.schedule.window.hours:>5g}  {'local':<7}{local}{note}",
        f"{'':<14} {'':>5}  {'UTC':<7}{_row(instants)}",
    ]


def _wave_lines(day: SimulatedDay) -> list[str]:
    """Tell when it reaches readers in each of the zones that were asked for."""
    return [
        f"{'':<20}  {name}: {wave.send_at.astimezone(ZoneInfo(name)):%Y-%m-%d %H:%M}, which is"
        f" {wave.send_at:%Y-%m-%d %H:%M} UTC"
        for wave in day.waves
        for name in wave.zones
    ]


def _span_lines(day: SimulatedDay) -> list[str]:
    """Tell from when to when it goes out around the earth."""
    if not day.waves:
        return []
    first, last = day.waves[0], day.waves[-1]
    return [
        f"{'':<20}  on readers' mornings from {first.send_at:%Y-%m-%d %H:%M} ({first.zones[0]})"
        f" to {last.send_at:%Y-%m-%d %H:%M} UTC ({last.zones[0]}), in {len(day.waves)} waves"
    ]


def _row(moments: list[datetime]) -> str:
    return "   ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in moments)
