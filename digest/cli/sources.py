"""`digest sources`: how each source is doing."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from digest.articles.retrieval.source_health import SourceHealth
from digest.articles.retrieval.store import healths
from digest.cli.desk import Desk
from digest.settings import SourceSettings


def sources(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Show how each source in the configuration is doing: its last success, failures, and next try."""
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    with database.reading() as session:
        known = healths(session)
    rows = [(source, _of_this_feed(source, known.get(source.name))) for source in settings.sources]
    if as_json:
        desk.say_json([_as_json(source, health, desk.now()) for source, health in rows])
        return
    table = Table(box=None, pad_edge=False)
    for number, title in enumerate(("Source", "State", "Last success (UTC)", "Newest (UTC)", "Entries")):
        table.add_column(title, no_wrap=number > 0)
    for source, health in rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in _cells(source, health, desk.now())))
    desk.out.print(table)
    for _, health in rows:
        for remark in _remarks(health):
            desk.say(remark)


def _of_this_feed(source: SourceSettings, health: SourceHealth | None) -> SourceHealth | None:
    """Return *health* unless it is of a feed that *source* had before."""
    return health if health and health.feed == source.feed else None


def _state(source: SourceSettings, health: SourceHealth | None, now: datetime) -> str:
    if not source.feed:
        return "no feed"
    if health is None:
        return "never tried"
    if not health.failures:
        return "well"
    return "waiting" if health.waits(now) else "failing"


def _cells(source: SourceSettings, health: SourceHealth | None, now: datetime) -> tuple[str, ...]:
    state = _state(source, health, now)
    if health is None:
        return source.name, state, "", "", ""
    entries = f"{health.entries:,}" + (f", {health.rejected:,} rejected" if health.rejected else "")
    return source.name, state, _minute(health.succeeded_at), _minute(health.newest_at), entries


def _remarks(health: SourceHealth | None) -> Iterator[str]:
    """Give what a person should know of a source, a line each."""
    if health and health.problem:
        times = "once" if health.failures == 1 else f"{health.failures:,} times in a row"
        yield f"{health.source} failed {times}: {health.problem}; next try {_minute(health.next_try_at)} UTC"
    if health and health.moved_to:
        yield f"{health.source} has moved: write {health.moved_to} into digest.toml"


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant else ""


def _as_json(source: SourceSettings, health: SourceHealth | None, now: datetime) -> dict[str, Any]:
    told = asdict(health) if health else {}
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
    return {"source": source.name, "feed": source.feed, "state": _state(source, health, now), **plain}
