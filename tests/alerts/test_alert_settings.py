"""Who is told, as the configuration says it."""

import pytest
from sample_configuration import TOML, fault, load


def alerts(lines):
    return f"{TOML}\n[alerts]\n{lines}\n"


def test_operators_are_the_contact_unless_others_are_named(tmp_path):
    assert load(tmp_path).operators == ("desk@post.example",)
    assert load(tmp_path, DIGEST_ALERTS__TO="a@post.example, b@post.example").operators == (
        "a@post.example",
        "b@post.example",
    )


def test_secrets_can_stand_in_files(tmp_path):
    (tmp_path / "hook").write_text("https://hooks.example.org/key\n", encoding="utf-8")
    told = load(tmp_path, alerts('webhook_url_file = "hook"')).alerts
    assert told.webhook_url.get_secret_value() == "https://hooks.example.org/key"
    assert "key" not in repr(told)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            'switch_urls = { weekly = "https://s.example/hunter2" }',
            "there is no newsletter 'weekly'; there is daily-hea",
        ),
        ('webhook_url = "hooks.example.org/hunter2"', "[alerts] webhook_url: must be a web address"),
        ('webhook_url = "https://user:hunter2@hooks.example.org/"', "[alerts] webhook_url: must be a web address"),
        (
            'canary = "canary@post.example"',
            "[alerts]: canary (its address) and canary_url (its mailbox) belong together",
        ),
        ('switch_urls = "https://s.example/hunter2"', "[alerts] switch_urls: must be a table of newsletters"),
    ],
)
def test_what_is_wrong_is_said_without_a_key(tmp_path, lines, said):
    words = fault(tmp_path, alerts(lines))
    assert said in words
    assert "hunter2" not in words
