"""`digest articles clusters`: which stored articles tell the same event, and why we think so."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from digest.articles.published import published_instant
from digest.articles.rejection import RejectedError
from digest.articles.store import articles_between
from digest.cli.desk import Desk
from digest.editions.clusters import Cluster, clusters_of
from digest.errors import BadInputError

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def clusters(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", metavar="T", help="Published then or later, as 2026-11-22T05:30Z.")],
    end: Annotated[str, typer.Option("--to", metavar="T", help="Published before then; a day alone begins in UTC.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: a list of lists of addresses.")] = False,
) -> None:
    """Put the stored articles of a span of time together by the event they tell, with the evidence.

    Every article is in one list, alone where no other outlet tells its event.
    """
    desk: Desk = context.obj
    first, last = _instant("--from", start), _instant("--to", end)
    if first >= last:
        raise BadInputError(f"--from {start} is not before --to {end}")
    database = desk.database(desk.settings())
    with database.reading() as session:
        found = clusters_of(articles_between(session, first, last))
    if as_json:
        desk.say_json([cluster.urls for cluster in found])
        return
    for cluster in found:
        desk.say("\n".join(_told(cluster)) + "\n")
    articles, together = sum(len(cluster.urls) for cluster in found), sum(len(cluster.urls) > 1 for cluster in found)
    desk.say(f"{articles:,} articles tell {len(found):,} events, {together:,} of them more than once")


def _told(cluster: Cluster) -> Iterator[str]:
    outlets = {article.url: article.source for article in cluster.articles}
    for article in cluster.articles:
        yield f"{article.published:%Y-%m-%d %H:%M}  {article.source}: {article.headline}"
        yield f"{'':18}{article.url}"
    for join in cluster.joins:
        yield (
            f"{'':18}{outlets[join.one]} + {outlets[join.other]}: {', '.join(join.words)}"
            f" (alike {join.likeness:.2f}, needed {join.needed:.2f})"
        )


def _instant(option: str, text: str) -> datetime:
    try:
        return published_instant(f"{text}T00:00Z" if _DAY.fullmatch(text) else text)
    except RejectedError as error:
        raise BadInputError(f"{option}: {error}") from error
