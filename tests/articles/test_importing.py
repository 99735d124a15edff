from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.articles.article import Article
from digest.articles.importing import BATCH, ImportReport, import_articles
from digest.articles.rejection import Rejection
from digest.articles.store import articles_revised, articles_stored

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
RAIN = Article("https://post.example/rain", "Post", True, "Rain", "It rained.", "", NOW)
BAD = Rejection("b.txt", "empty")


def many(count):
    return [replace(RAIN, url=f"https://post.example/{number}") for number in range(count)]


def count(database):
    with database.reading() as session:
        return len(articles_stored(session))


def test_importing_twice_imports_once(database):
    items = [*many(BATCH + 3), BAD]
    assert import_articles(database, items, lambda: NOW) == ImportReport(imported=BATCH + 3, rejected=(BAD,))
    assert import_articles(database, items, lambda: NOW) == ImportReport(unchanged=BATCH + 3, rejected=(BAD,))
    assert count(database) == BATCH + 3


def test_updates_are_counted_apart(database):
    import_articles(database, [RAIN], lambda: NOW)
    assert import_articles(database, [replace(RAIN, headline="Hail")], lambda: NOW) == ImportReport(updated=1)


def test_nothing_to_import_is_an_empty_report(database):
    assert import_articles(database, [], lambda: NOW) == ImportReport()


def test_progress_counts_every_item_after_each_batch(database):
    heard = []
    import_articles(database, [BAD, *many(BATCH)], lambda: NOW, heard.append)
    assert heard == [BATCH, BATCH + 1]


def test_an_article_that_the_database_refuses_is_rejected_alone(database):
    if database.is_sqlite:
        refused = replace(RAIN, url="https://post.example/refused", headline=None)  # type: ignore[arg-type]  # what no parser makes
    else:
        refused = replace(RAIN, url="https://post.example/refused", headline="R\x00in")
    report = import_articles(database, [*many(2), refused, RAIN], lambda: NOW)
    assert (report.imported, len(report.rejected)) == (3, 1)
    assert report.rejected[0].where == "https://post.example/refused"
    assert report.rejected[0].reason.startswith("the database refused it: ")
    assert count(database) == 3


def test_an_error_while_reading_keeps_the_batches_before_it(database):
    def items():
        yield from many(BATCH)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="disk"):
        import_articles(database, items(), lambda: NOW)
    assert count(database) == BATCH


def test_what_was_long_in_coming_counts_as_stored_when_it_is(database):
    told = [NOW]

    def items():
        yield RAIN
        told.append(NOW + timedelta(hours=1))  # an edition went out meanwhile, without it

    import_articles(database, items(), lambda: told[-1])
    with database.reading() as session:
        ((_, at),) = articles_revised(session, [RAIN.url])
    assert at == told[-1]
