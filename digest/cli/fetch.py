"""`digest articles fetch`: read the configured feeds."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
import uvloop

from digest.articles.retrieval.fetching import Round, fetch_sources, waiting
from digest.articles.retrieval.source_report import SourceReport, SourceStatus
from digest.articles.retrieval.store import healths
from digest.cli.desk import Desk
from digest.cli.progress import fetching
from digest.database import Database
from digest.errors import BadInputError
from digest.settings import Settings, SourceSettings


def fetch(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="By name; without one, all that have a feed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Fetch the feeds of the sources in the configuration and store their articles.

    What did not change since the last time is not sent again. A source that fails is a line with its reason and stops
    nothing; it is then left alone for a while, unless it is named here. 'digest sources' shows how each is doing.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    asked = _sources_named(settings, names or [])
    database = desk.database(settings)
    with database.reading() as session:
        known = healths(session)
    resting = [] if names else waiting(asked, known, desk.now())
    rest = {health.source for health in resting}
    reports = [
        *_fetch(desk, settings, database, [source for source in asked if source.name not in rest]),
        *(SourceReport.of(health, SourceStatus.WAITING) for health in resting),
    ]
    if as_json:
        desk.say_json([_as_json(report) for report in reports])
    else:
        _tell(desk, reports)
    if not all(report.succeeded for report in reports):
        raise typer.Exit(1)


def _sources_named(settings: Settings, names: Sequence[str]) -> list[SourceSettings]:
    fed = {source.name: source for source in settings.sources if source.feed}
    if not fed:
        raise BadInputError('no source has a feed; write one into [[sources]], as feed = "https://…"')
    if unknown := [name for name in names if name not in fed]:
        raise BadInputError(f"there is no source {unknown[0]!r} with a feed; there is {', '.join(sorted(fed))}")
    return [fed[name] for name in dict.fromkeys(names)] if names else list(fed.values())


def _fetch(desk: Desk, settings: Settings, database: Database, sources: Sequence[SourceSettings]) -> list[SourceReport]:
    work = Round.of(database, settings, desk.now)
    with fetching(desk.err, len(sources)) as advance:
        return uvloop.run(fetch_sources(work, sources, lambda report: advance(report.source)))


def _as_json(report: SourceReport) -> dict[str, Any]:
    next_try_at = report.next_try_at.isoformat() if report.next_try_at else None
    return {**asdict(report), "status": report.status.value, "next_try_at": next_try_at}


def _tell(desk: Desk, reports: Sequence[SourceReport]) -> None:
    for report in reports:
        for rejection in report.rejected:
            desk.tell(f"rejected {rejection.where}: {rejection.reason}")
        if report.moved_to:
            desk.tell(f"moved {report.source}: its feed is at {report.moved_to} for good; write that into digest.toml")
        if report.problem:
            again = f"; next try {report.next_try_at:%Y-%m-%d %H:%M} UTC" if report.next_try_at else ""
            desk.tell(f"{report.status.value} {report.source}: {report.problem}{again}")
    counts = {status: sum(report.status is status for report in reports) for status in SourceStatus}
    desk.say(f"{len(reports):,} sources: " + ", ".join(f"{counts[status]:,} {status.value}" for status in SourceStatus))
    sums = {name: sum(getattr(report, name) for report in reports) for name in ("imported", "updated", "unchanged")}
    rejected = sum(len(report.rejected) for report in reports)
    told = ", ".join(f"{count:,} {name}" for name, count in sums.items())
    desk.say(f"articles: {told}, {rejected:,} rejected")
