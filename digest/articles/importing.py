"""Articles into the database: in batches, and a bad one alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import DataError, IntegrityError

from digest.articles.article import Article
from digest.articles.rejection import Rejection
from digest.articles.store import Stored, store_articles
from digest.database import Database

BATCH = 500


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to: how many articles, and every rejection with its reason."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Rejection, ...] = ()


def import_articles(
    database: Database,
    items: Iterable[Article | Rejection],
    clock: Callable[[], datetime],
    on_progress: Callable[[int], None] = lambda _done: None,
) -> ImportReport:
    """Store the articles among *items* and return what became of all.

    Each batch is a transaction of its own, so an interrupted import keeps what it reported and can be repeated.
    By *clock* (UTC) they count as stored when their batch is, however long the items were in coming: an edition that
    went out meanwhile did not know them. *on_progress* hears after each batch how many items are done.
    """
    counts = dict.fromkeys(Stored, 0)
    rejected: list[Rejection] = []
    done = 0
    for batch in _batches(items):
        rejected += (item for item in batch if isinstance(item, Rejection))
        for outcome in _store(database, [item for item in batch if isinstance(item, Article)], clock):
            if isinstance(outcome, Rejection):
                rejected.append(outcome)
            else:
                counts[outcome] += 1
        done += len(batch)
        on_progress(done)
    return ImportReport(
        imported=counts[Stored.IMPORTED],
        updated=counts[Stored.UPDATED],
        unchanged=counts[Stored.UNCHANGED],
        rejected=tuple(rejected),
    )


def _batches(items: Iterable[Article | Rejection]) -> Iterator[list[Article | Rejection]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _store(database: Database, articles: list[Article], clock: Callable[[], datetime]) -> list[Stored | Rejection]:
    """Store *articles* in one transaction; if the database refuses it, one by one, to find the one it refused."""
    if not articles:
        return []
    try:
        with database.writing() as session:
            session.connection()  # on SQLite this takes the lock: whatever is read from here on knows of it
            return list(store_articles(session, articles, clock()))
    except (DataError, IntegrityError) as error:
        # IntegrityError: on PostgreSQL another import may have stored the same address a moment ago.
        if len(articles) == 1:
            return [Rejection(articles[0].url, f"the database refused it: {_one_line(error)}")]
        return [outcome for article in articles for outcome in _store(database, [article], clock)]


def _one_line(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", error)).split())
