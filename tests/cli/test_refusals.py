"""What goes wrong is one clear line, the documented exit code, no traceback, and nothing lost."""

import json

import pytest
from desk_folder import IMPORT_SEED

EDITION = ("daily-headlines", "--date", "2020-03-14")


def one_line(run, code: int, *words: str) -> None:
    assert run.code == code, run
    assert run.err.strip().count("\n") == 0, run.err
    for word in words:
        assert word in run.err


def test_without_a_configuration_init_is_named(digest) -> None:
    one_line(digest("preview", *EDITION), 2, "digest.toml", "digest init")


def test_malformed_toml_names_its_line(desk, tmp_path) -> None:
    (tmp_path / "digest.toml").write_text('[site]\nname = "unfinished\n', encoding="utf-8")
    one_line(desk("preview", *EDITION), 2, "digest.toml", "line 2")


def test_an_unknown_key_names_the_nearest(desk, tmp_path) -> None:
    text = (tmp_path / "digest.toml").read_text(encoding="utf-8").replace("postal_address", "postal_adress")
    (tmp_path / "digest.toml").write_text(text, encoding="utf-8")
    refused = desk("preview", *EDITION)
    assert refused.code == 2
    assert "did you mean postal_address?" in refused.err


def test_a_missing_database_names_the_command(desk, tmp_path) -> None:
    (tmp_path / "digest.db").unlink()
    one_line(desk("preview", *EDITION), 2, "digest db upgrade")
    assert not (tmp_path / "digest.db").exists()


def test_an_empty_database_names_the_command(desk, tmp_path) -> None:
    (tmp_path / "digest.db").write_bytes(b"")
    one_line(desk("articles", "list"), 2, "has no tables yet", "digest db upgrade")


def test_a_file_that_is_no_database_is_said(desk, tmp_path) -> None:
    (tmp_path / "digest.db").write_bytes(b"this is no database, only some text that is long enough to look at")
    one_line(desk("articles", "list"), 2, "not a database")


def test_an_unreachable_database_server_is_said_without_its_password(desk) -> None:
    refused = desk("articles", "list", DIGEST_DATABASE__URL="postgresql+psycopg://me:hush@127.0.0.1:1/none")
    assert refused.code == 2
    assert "127.0.0.1" in refused.err
    assert "hush" not in refused.err


def test_a_newsletter_that_does_not_exist_names_those_that_do(desk) -> None:
    one_line(desk("preview", "evening-headlines"), 2, "evening-headlines", "daily-headlines")
    one_line(desk("send", "evening-headlines"), 2, "evening-headlines", "daily-headlines")


def test_a_date_that_is_none_shows_how_to_write_one(desk) -> None:
    one_line(desk("preview", "daily-headlines", "--date", "yesterday"), 2, "yesterday", "2026-11-22")


def test_an_unreachable_relay_publishes_nothing(desk) -> None:
    refused = desk(
        *("send", *EDITION, "--late", "--no-wait"),
        DIGEST_SMTP__URL="smtp://127.0.0.1:1",
        DIGEST_NEWSLETTERS__DAILY_HEADLINES__MIN_STORIES="1",
    )
    one_line(refused, 1, "127.0.0.1:1")
    assert json.loads(desk("preview", *EDITION, "--json").out)["published"] is False


def test_a_binary_file_is_rejected_and_the_others_are_stored(desk, tmp_path) -> None:
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "good.json").write_text(
        json.dumps(
            {
                "url": "https://quay.example/other",
                "source": "The Quay Times",
                "headline": "Another story",
                "summary": "It is short.",
                "body": "It is short, and it is here.",
                "published": "2020-03-13T15:00:00Z",
            }
        ),
        encoding="utf-8",
    )
    run = desk("articles", "import", "picture.txt", "good.json")
    assert run.code == 1
    assert "picture.txt" in run.err
    assert run.err.strip().count("\n") == 0
    assert "1 imported" in run.out
    assert "1 rejected" in run.out


def test_importing_twice_changes_nothing(desk) -> None:
    again = desk(*IMPORT_SEED)
    assert (again.code, again.out) == (0, "0 imported, 0 updated, 1 unchanged, 0 rejected\n")


def test_a_path_that_does_not_exist_is_rejected_by_name(desk) -> None:
    run = desk("articles", "import", "nowhere.txt")
    assert run.code != 0
    assert "nowhere.txt" in run.err


def test_an_article_comes_through_standard_input(desk) -> None:
    line = json.dumps(
        {
            "url": "https://quay.example/piped",
            "source": "The Quay Times",
            "headline": "A piped story",
            "body": "It came through a pipe.",
            "published": "2020-03-13T15:00:00Z",
        }
    )
    assert desk("articles", "import", "-", stdin=line).out.startswith("1 imported")
    assert "A piped story" in desk("articles", "list").out


def test_the_window_of_a_date_is_listed(desk) -> None:
    assert "The boats are back" in desk("articles", "list", "--date", "2020-03-14").out
    assert "The boats are back" not in desk("articles", "list", "--date", "2020-03-15").out


def test_a_readers_file_without_a_header_is_refused(desk, tmp_path) -> None:
    (tmp_path / "readers.csv").write_text("ann@example.org\n", encoding="utf-8")
    imported = desk("subscribers", "import", "readers.csv", "--newsletter", "daily-headlines", "--provenance", "t")
    one_line(imported, 2, "email")


def test_a_readers_file_says_which_line_was_rejected(desk, tmp_path) -> None:
    (tmp_path / "readers.csv").write_text("email,name\nann@example.org,Ann\nnobody,\n", encoding="utf-8")
    imported = desk("subscribers", "import", "readers.csv", "--newsletter", "daily-headlines", "--provenance", "t")
    one_line(imported, 1, "readers.csv:3", "nobody")
    assert "1 added" in imported.out
    assert desk("subscribers", "stats").out == "daily-headlines: 1 active\n"


def test_links_to_this_machine_go_to_a_relay_on_this_machine_only(desk) -> None:
    refused = desk("send", *EDITION, "--late", DIGEST_SMTP__URL="smtp://mail.example.org")
    one_line(refused, 2, "allow_domains")


@pytest.mark.parametrize("command", [(), ("init",), ("articles", "import"), ("preview",), ("send",), ("reconcile",)])
def test_help_teaches(digest, command: tuple[str, ...]) -> None:
    shown = digest(*command, "--help")
    assert shown.code == 0
    assert "Usage" in shown.out


def test_the_version_is_said(digest) -> None:
    assert digest("--version").out.startswith("headline-digest ")
