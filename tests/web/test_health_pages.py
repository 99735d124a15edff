"""What a supervisor asks: is it alive, and can it serve?"""

import pytest
from sqlalchemy import text

from digest.database import Database
from digest.web.health import unreadiness


def test_a_site_that_can_work_is_alive_and_ready(site):
    assert (site.get("/healthz").status, site.get("/healthz").body) == (200, b"alive\n")
    assert (site.get("/readyz").status, site.get("/readyz").body) == (200, b"ready\n")


@pytest.mark.parametrize(
    ("revision", "reason"),
    [
        ("DELETE FROM alembic_version", "the database has no tables; run 'digest db upgrade'"),
        ("UPDATE alembic_version SET version_num = '9999'", "the database has the tables of a newer version"),
    ],
)
def test_a_schema_of_another_version_is_not_ready_and_says_why(site, database, revision, reason):
    with database.engine.begin() as connection:
        connection.execute(text(revision))
    answer = site.get("/readyz")
    assert answer.status == 503
    assert answer.words.startswith(reason)
    assert site.get("/healthz").status == 200


def test_a_database_that_does_not_answer_is_not_ready_and_nobody_outside_learns_where_it_is(caplog):
    gone = Database("postgresql+psycopg://digest:secret@127.0.0.1:1/digest")
    assert unreadiness(gone) == "the database does not answer"
    assert "127.0.0.1:1" in caplog.text
    assert "secret" not in caplog.text


def test_a_missing_file_is_not_ready_and_is_not_made_by_asking(tmp_path):
    missing = Database(f"sqlite:///{tmp_path / 'no.db'}")
    assert unreadiness(missing) == "there is no database; run 'digest db upgrade'"
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_fails_gives_a_page_that_asks_for_patience(site, database):
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE artifact RENAME TO elsewhere"))
    answer = site.get("/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    assert "Please try again in a few minutes" in answer.words
    assert "artifact" not in answer.words
