"""What a supervisor asks: is it alive, and can it serve?"""

import json

import pytest
from newsroom import MORNING
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from visitor import Visitor

from digest.database import Database
from digest.demo.serving import bind_loopback, serve_in_thread
from digest.web.application import web_app
from digest.web.health import unreadiness


def test_a_site_that_can_work_is_alive_and_ready(site):
    assert (site.get("/healthz").status, site.get("/healthz").body) == (200, b"alive\n")
    assert (site.get("/readyz").status, json.loads(site.get("/readyz").body)) == (200, {"ready": True, "reasons": []})


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
    told = json.loads(answer.body)
    assert (told["ready"], len(told["reasons"])) == (False, 1)
    assert told["reasons"][0].startswith(reason)
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


def test_what_a_database_says_of_a_reader_is_not_logged(settings, database, caplog):
    def fail() -> None:
        said = "duplicate key value\nDETAIL:  Key (email_key)=(ada@reader.example) already exists."
        raise IntegrityError("INSERT", None, Exception(said))

    app = web_app(settings, database, lambda: MORNING)
    app.add_api_route("/failing", fail)
    with serve_in_thread(app, bind_loopback()) as address:
        assert Visitor(address).ask("GET", "/failing").status == 503
    assert "the database failed: duplicate key value" in caplog.text
    assert "ada@reader.example" not in caplog.text
