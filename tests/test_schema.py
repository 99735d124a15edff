import shutil
import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from digest.database import Database
from digest.errors import BadInputError
from digest.schema import MIGRATIONS, SchemaState, require_schema, revisions_in, schema_state
from digest.upgrading import METADATA, upgrade_schema


@pytest.fixture
def empty(database_url):
    opened = Database(database_url)
    if not opened.is_sqlite:
        with opened.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    yield opened
    opened.close()


def tables(database):
    return set(inspect(database.engine).get_table_names())


def set_revision(database, revision):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def go_down(database, revision="base"):
    go(command.downgrade, database, revision)


def go(way, database, revision):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        way(config, revision)


def differences(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, METADATA)


def test_the_migrations_give_exactly_the_tables_of_the_models(database):
    assert differences(database) == []
    assert tables(database) == {*METADATA.tables, "alembic_version"}


def test_the_comparison_sees_a_difference(database):
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE edition_text"))
    assert [difference[0] for difference in differences(database)][:1] == ["add_table"]


def test_down_to_nothing_and_up_again(database):
    go_down(database)
    assert tables(database) == {"alembic_version"}
    assert schema_state(database) is SchemaState.EMPTY
    upgrade_schema(database)
    assert differences(database) == []
    assert schema_state(database) is SchemaState.CURRENT


# Written as the first version would have written them.
FIRST_ROWS = """
INSERT INTO edition (id, newsletter, local_date, status, window_start, window_end, send_at, deadline, recorded_at)
VALUES (1, 'morning', '2026-03-14', 'sending', :t, :t, :t, :t, :t);
INSERT INTO subscriber (id, email, email_key, address_hash, name, created_at)
VALUES (7, 'ada@example.org', 'ada@example.org', 'a', 'Ada', :t),
(8, 'bob@example.org', 'bob@example.org', 'b', '', :t);
INSERT INTO subscription (id, subscriber_id, newsletter, status, changed_at)
VALUES (70, 7, 'morning', 'active', :t), (80, 8, 'morning', 'active', :t);
INSERT INTO delivery VALUES (1, 7, 70, 'sent', 1, :t, 'one', :t, 250, '2.0.0', '2.0.0 taken');
INSERT INTO delivery VALUES (1, 8, 80, 'queued', 1, :t, 'one', :t, 451, '4.7.1', '4.7.1 later');
INSERT INTO attempt VALUES (1, 8, 1, 'deferred', :t, 451, '4.7.1', '4.7.1 later')
"""


COLUMNS = (
    "edition_id, subscriber_id, subscription_id, status, attempts, next_attempt_at, claimed_by, changed_at,"
    " reply_code, enhanced_code, reply"
)


def rows_of_the_ledger(database):
    with database.engine.connect() as connection:
        deliveries = connection.execute(text(f"SELECT {COLUMNS} FROM delivery ORDER BY subscriber_id")).all()  # noqa: S608 - our own names
        return [deliveries, connection.execute(text("SELECT * FROM attempt")).all()]


def test_a_ledger_of_the_first_version_keeps_its_rows_on_the_way_up_and_down(empty):
    go(command.upgrade, empty, "0001")
    with empty.engine.begin() as connection:
        for statement in FIRST_ROWS.split(";"):
            connection.execute(text(statement), {"t": "2026-03-14 06:00:00+00:00"})
    before = rows_of_the_ledger(empty)
    assert [len(rows) for rows in before] == [2, 1]
    upgrade_schema(empty)
    assert rows_of_the_ledger(empty) == before
    assert inspect(empty.engine).get_foreign_keys("delivery") == []
    go_down(empty, "0001")
    assert rows_of_the_ledger(empty) == before
    assert len(inspect(empty.engine).get_foreign_keys("delivery")) == 3


# Written as the third version would have written them.
ROWS_OF_THE_THIRD = """
INSERT INTO subscriber (id, email, email_key, address_hash, name, created_at)
VALUES (7, 'ada@example.org', 'ada@example.org', 'a', 'Ada', :t);
INSERT INTO subscription (id, subscriber_id, newsletter, status, changed_at)
VALUES (70, 7, 'morning', 'active', :t), (71, 7, 'noon', 'unsubscribed', :t), (72, 7, 'evening', 'pending', :t);
INSERT INTO consent (id, subscription_id, event, at, provenance) VALUES (700, 70, 'import', :t, 'paper sheets')
"""
CONFIRMED = "SELECT status, confirmed_at = changed_at, paused_until, asked_in FROM subscription ORDER BY id"
STANDINGS = "SELECT status, changed_at FROM subscription ORDER BY id"
LOG = "SELECT id, subscription_id, event, at, provenance FROM consent"


def run(database, statement):
    with database.engine.begin() as connection:
        done = connection.execute(text(statement), {"t": "2026-03-14 06:00:00+00:00"} if ":t" in statement else {})
        return done.all() if done.returns_rows else None


def test_readers_of_the_third_version_keep_their_standing_and_consent_on_the_way_up_and_down(empty):
    go(command.upgrade, empty, "0003")
    for statement in ROWS_OF_THE_THIRD.split(";"):
        run(empty, statement)
    log, (active, left, pending) = run(empty, LOG), run(empty, STANDINGS)
    upgrade_schema(empty)
    assert run(empty, CONFIRMED) == [
        ("active", True, None, None),
        ("unsubscribed", None, None, None),
        ("pending", None, None, None),
    ]
    assert run(empty, LOG) == log
    assert run(empty, "SELECT wording, ip, page FROM consent") == [(None, None, None)]
    with pytest.raises(DBAPIError, match="consent is append-only"):
        run(empty, "UPDATE consent SET provenance = 'elsewhere'")
    go_down(empty, "0003")
    assert run(empty, STANDINGS) == [active, left, pending]
    assert run(empty, LOG) == log
    run(empty, "UPDATE consent SET provenance = 'elsewhere'")
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        run(empty, "DELETE FROM subscriber")
    upgrade_schema(empty)
    assert differences(empty) == []


def test_an_older_version_mails_nobody_who_pauses_or_never_confirmed_their_return(database):
    for statement in ROWS_OF_THE_THIRD.split(";"):
        run(database, statement)
    run(database, "UPDATE subscription SET status = 'paused', paused_until = :t WHERE id = 70")
    run(database, "UPDATE subscription SET status = 'returning' WHERE id = 71")
    go_down(database, "0003")
    assert [status for status, _ in run(database, STANDINGS)] == ["unsubscribed", "unsubscribed", "pending"]


def test_upgrading_twice_changes_nothing(database):
    before = tables(database)
    upgrade_schema(database)
    assert tables(database) == before
    require_schema(database)


def test_an_empty_database_names_the_command_to_run(empty):
    with empty.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    with pytest.raises(BadInputError, match="has no tables yet; run 'digest db upgrade'"):
        require_schema(empty)
    assert schema_state(empty) is SchemaState.EMPTY


def test_an_older_database_names_the_command_to_run(database, tmp_path):
    next_version = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, next_version)
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    step = f"revision = '9999'\ndown_revision = {head!r}\n\ndef upgrade():\n    pass\n"
    (next_version / "versions" / "9999_next.py").write_text(step)
    assert schema_state(database, next_version) is SchemaState.OLDER
    with pytest.raises(BadInputError, match="has the tables of an older version; run 'digest db upgrade'"):
        require_schema(database, next_version)
    upgrade_schema(database, next_version)
    require_schema(database, next_version)
    assert schema_state(database) is SchemaState.NEWER


def test_a_newer_database_is_neither_used_nor_touched(database):
    set_revision(database, "9999")
    for act in (require_schema, upgrade_schema):
        with pytest.raises(BadInputError, match="was made by a newer version of headline-digest; install that one"):
            act(database)
    assert schema_state(database) is SchemaState.NEWER


def test_a_missing_database_names_the_command_and_is_not_made_by_asking(tmp_path):
    file = tmp_path / "digest.db"
    with pytest.raises(BadInputError, match=f"there is no database at sqlite:///{file}; 'digest db upgrade' creates"):
        require_schema(Database(f"sqlite:///{file}"))
    assert not file.exists()


@pytest.mark.parametrize("act", [require_schema, upgrade_schema])
def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(act):
    with pytest.raises(BadInputError, match="can't be used: ") as refused:
        act(Database("postgresql+psycopg://user:hunter2@127.0.0.1:1/name"))
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("make", [lambda file: file.write_text("[site]\n" * 200), lambda file: file.mkdir()])
def test_a_file_that_is_no_database_is_one_sentence(tmp_path, make):
    file = tmp_path / "digest.toml"
    make(file)
    with pytest.raises(BadInputError, match="can't be used: "):
        require_schema(Database(f"sqlite:///{file}"))


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(BadInputError, match="can't be used: unable to open database file"):
        upgrade_schema(Database(f"sqlite:///{tmp_path / 'absent' / 'digest.db'}"))


def test_somebody_elses_tables_are_left_alone(empty):
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE article (theirs INTEGER)"))
    with pytest.raises(BadInputError, match="can't be used: "):
        upgrade_schema(empty)
    assert tables(empty) == {"article"}


def test_two_that_upgrade_at_once_both_find_the_tables_made(tmp_path):
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    ready, failures = threading.Barrier(2, timeout=20), []

    def upgrade():
        database = Database(url)
        ready.wait()
        try:
            upgrade_schema(database)
        except BadInputError as error:
            failures.append(str(error))
        database.close()

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    require_schema(Database(url))


def test_a_percent_sign_in_the_programs_path_is_only_a_character(database, tmp_path):
    folder = tmp_path / "100%(here)s"
    folder.symlink_to(MIGRATIONS)
    assert schema_state(database, folder) is SchemaState.CURRENT


def test_the_quick_look_at_the_steps_knows_what_alembic_knows(database):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert revisions_in()[-1] == scripts.get_current_head()
    assert set(revisions_in()) == {step.revision for step in scripts.walk_revisions()}
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == revisions_in()[-1]
