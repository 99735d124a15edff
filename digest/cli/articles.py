"""`digest articles`: import articles and list them; `fetch` and `clusters` are next door."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from typing import Annotated, Any

import typer
from rich.table import Table

from digest.articles.article import Article
from digest.articles.defaults import Defaults
from digest.articles.importing import ImportReport, import_articles
from digest.articles.reading import read_articles
from digest.articles.store import PastHeadline, articles_due, articles_stored, past_headlines
from digest.building import schedule_of
from digest.cli.clusters import clusters
from digest.cli.desk import Desk, date_named, newsletter_named
from digest.cli.fetch import fetch
from digest.cli.progress import counting
from digest.database import Database
from digest.editions.store import previous_edition
from digest.errors import BadInputError
from digest.settings import Settings

app = typer.Typer(
    help="Stored articles: import, fetch and list them, and see which tell the same event.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("clusters")(clusters)


@app.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH… | -", help="Files, folders, or - for standard input.")],
    source: Annotated[str | None, typer.Option(help="The outlet of articles that name none.")] = None,
    own: Annotated[bool, typer.Option("--own", help="That outlet is our own newsroom.")] = False,
    published: Annotated[
        str | None, typer.Option(help="When articles that do not say so were first published, as 2026-11-22T09:00Z.")
    ] = None,
    headline: Annotated[str | None, typer.Option(help="The headline of the one article that has none.")] = None,
    url: Annotated[str | None, typer.Option(help="The address of the one article that has none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Store articles from .txt, .md, .html, .json and .jsonl files.

    An article is known by its canonical address: importing it twice changes nothing, a changed one is an update.
    A rejected one is a line with its reason and stops nothing.
    """
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    defaults = Defaults.of_options(source=source, own=own, published=published, headline=headline, url=url)
    own_sources = frozenset(outlet.name for outlet in settings.sources if outlet.own)
    articles = read_articles(paths, defaults, own_sources, sys.stdin.buffer if sys.stdin else BytesIO())
    with counting(desk.err, "Importing articles") as advance:
        report = import_articles(database, articles, desk.now, advance)
    _report(desk, report, as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


app.command("fetch")(fetch)


@app.command("list")
def list_(
    context: typer.Context,
    date: Annotated[str | None, typer.Option(help="Only those in the window of the edition of this date.")] = None,
    newsletter: Annotated[str | None, typer.Option(help="Whose window; needed where there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List stored articles by the time they were published."""
    desk: Desk = context.obj
    settings = desk.settings()
    database = desk.database(settings)
    if date is None:
        with database.reading() as session:
            articles = articles_stored(session)
    else:
        articles = _in_window(desk, settings, database, date, newsletter)
    if as_json:
        with database.reading() as session:
            former = past_headlines(session, articles)
        desk.say_json([_as_json(article, former[article.url]) for article in articles])
        return
    table = Table("Published (UTC)", "Source", "Section", "Headline", box=None, pad_edge=False)
    for row in _rows(articles):
        table.add_row(*row)
    desk.out.print(table)


def _as_json(article: Article, former: list[PastHeadline]) -> dict[str, Any]:
    headlines = [{"headline": past.headline, "replaced_at": past.replaced_at.isoformat()} for past in former]
    not_before = article.not_before.isoformat() if article.not_before else None
    instants = {"published": article.published.isoformat(), "not_before": not_before}
    return {**asdict(article), **instants, "former_headlines": headlines}


def _rows(articles: list[Article]) -> Iterator[tuple[str, str, str, str]]:
    for article in articles:
        mark = " (needs a headline)" if article.needs_headline else ""
        yield (
            f"{article.published:%Y-%m-%d %H:%M}",
            _plain(article.source),
            _plain(article.section or ""),
            _plain(article.headline + mark),
        )


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _in_window(desk: Desk, settings: Settings, database: Database, date: str, newsletter: str | None) -> list[Article]:
    if newsletter is None and len(settings.newsletters) > 1:
        raise BadInputError(f"--newsletter says whose window is meant: {', '.join(sorted(settings.newsletters))}")
    slug = newsletter or next(iter(settings.newsletters))
    found = newsletter_named(settings, slug)
    local_date = date_named(date, found, desk.now())
    with database.reading() as session:
        window = schedule_of(found, local_date, previous_edition(session, slug, local_date)).window
        return articles_due(session, window.start, window.end)


def _report(desk: Desk, report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        desk.say_json(asdict(report))
        return
    for rejection in report.rejected:
        desk.tell(f"rejected {rejection.where}: {rejection.reason}")
    desk.say(
        f"{report.imported:,} imported, {report.updated:,} updated, {report.unchanged:,} unchanged,"
        f" {len(report.rejected):,} rejected"
    )
