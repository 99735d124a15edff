import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
from sample_configuration import NEWSLETTER, SECRET, TOML, fault, load

from digest.cli.database import EXAMPLE
from digest.configuration import load_settings
from digest.errors import BadInputError

DAILY = "DIGEST_NEWSLETTERS__DAILY_HEADLINES"


def test_the_file_says_what_it_says(tmp_path):
    settings = load(tmp_path)
    assert settings.site.name == "The Harbour Post"
    assert settings.newsletters["daily-headlines"].from_ == "headlines@post.example"
    assert settings.smtp.all_relays[0].host == "localhost"


def test_without_an_address_the_database_lies_beside_the_file(tmp_path):
    assert load(tmp_path).database.url.get_secret_value() == f"sqlite:///{tmp_path / 'digest.db'}"


def test_paths_in_the_file_are_relative_to_its_folder_and_those_in_the_environment_are_not(tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    toml = TOML.replace(f'secret = "{SECRET}"', 'secret_file = "secret"') + (
        'template = "looks/mine"\n[database]\nurl = "sqlite:///data/d.db"\n'
    )
    settings = load(tmp_path, toml)
    assert settings.site.secret.get_secret_value() == SECRET
    assert settings.database.url.get_secret_value() == f"sqlite:///{tmp_path / 'data/d.db'}"
    assert settings.newsletters["daily-headlines"].template == str(tmp_path / "looks/mine")
    given_apart = load(tmp_path, toml, DIGEST_DATABASE__URL="sqlite:///e.db", **{f"{DAILY}__TEMPLATE": "./other"})
    assert given_apart.database.url.get_secret_value() == "sqlite:///e.db"
    assert given_apart.newsletters["daily-headlines"].template == os.path.abspath("other")  # noqa: PTH100 - no links


@pytest.mark.parametrize("url", ["sqlite:////var/d.db", "sqlite:///:memory:", "postgresql+psycopg://u:p@h/d"])
def test_an_address_that_is_whole_stays_as_it_is(tmp_path, url):
    assert load(tmp_path, TOML + f'[database]\nurl = "{url}"\n').database.url.get_secret_value() == url


def test_the_environment_overrides_the_file(tmp_path):
    settings = load(
        tmp_path,
        DIGEST_SITE__NAME="The Quay",
        DIGEST_SMTP__CONNECTIONS="7",
        DIGEST_SIGNUP__FROM="hello@post.example",
        DIGEST_WEB__TRUSTED_PROXIES="10.0.0.0/8, ::1",
        DIGEST_SMTP__ALLOW_DOMAINS="post.example, wire.example,",
        DIGEST_SOURCES='[{"name": "Wire", "images": false}]',
        DIGEST_CONFIG="elsewhere.toml",
        HOME="/root",
        **{
            f"{DAILY}__MIN_STORIES": "1",
            f"{DAILY}__DAYS": "mon,tue",
            f"{DAILY}__SKIP_DATES": '["2026-12-25"]',
            f"{DAILY}__FROM": "daily@post.example",
            f"{DAILY}__SECTIONS": '[{"title": "City", "match": "city, town"}]',
        },
    )
    daily = settings.newsletters["daily-headlines"]
    assert (settings.site.name, settings.smtp.connections) == ("The Quay", 7)
    assert settings.smtp.allow_domains == ("post.example", "wire.example")
    assert settings.signup.sender == "hello@post.example"
    assert [str(network) for network in settings.web.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert (settings.sources[0].name, settings.sources[0].images) == ("Wire", False)
    assert (daily.min_stories, daily.days, daily.skip_dates) == (1, ("mon", "tue"), (date(2026, 12, 25),))
    assert (daily.from_, daily.sections[0].match) == ("daily@post.example", ("city", "town"))


def test_a_whole_newsletter_may_come_from_the_environment(tmp_path):
    settings = load(tmp_path, DIGEST_NEWSLETTERS__WEEKLY_NOTES=json.dumps(NEWSLETTER))
    assert list(settings.newsletters) == ["daily-headlines", "weekly-notes"]


def test_a_secret_in_the_environment_takes_the_place_of_the_files_file_and_the_other_way_round(tmp_path):
    (tmp_path / "secret").write_text("\ufeff" + "f" * 40 + "\r\n")
    by_file = TOML.replace(f'secret = "{SECRET}"', 'secret_file = "absent"')
    assert load(tmp_path, by_file, DIGEST_SITE__SECRET=SECRET).site.secret.get_secret_value() == SECRET
    from_file = load(tmp_path, DIGEST_SITE__SECRET_FILE=str(tmp_path / "secret"))
    assert from_file.site.secret.get_secret_value() == "f" * 40


def test_a_secret_in_the_environment_may_begin_like_json(tmp_path):
    secret = "[" + SECRET
    assert load(tmp_path, DIGEST_SITE__SECRET=secret).site.secret.get_secret_value() == secret


def test_the_relays_password_may_come_from_a_file(tmp_path):
    (tmp_path / "relay").write_text("smtps://u:p@relay.example\n")
    assert load(tmp_path, TOML + '[smtp]\nurl_file = "relay"\n').smtp.all_relays[0].login == ("u", "p")


def test_each_of_several_relays_may_keep_its_password_in_a_file(tmp_path):
    (tmp_path / "two").write_text("smtps://u:p@two.example\n")
    toml = TOML + '[[smtp.relays]]\nurl = "smtp://one.example"\n[[smtp.relays]]\nurl_file = "two"\n'
    assert [relay.login for relay in load(tmp_path, toml).smtp.all_relays] == [None, ("u", "p")]
    told = fault(tmp_path, f'{toml}url = "smtp://two.example"\n')
    assert told == "[smtp] relays no. 2 has both url and url_file; keep one of them"
    assert "[smtp] relays no. 2 url_file: " in fault(tmp_path, toml.replace('"two"', '"absent"'))


def test_several_relays_may_come_from_the_environment(tmp_path):
    relays = '[{"url": "smtp://one.example"}, {"url": "smtp://two.example", "weight": 0}]'
    settings = load(tmp_path, DIGEST_SMTP__RELAYS=relays, DIGEST_SMTP__DOMAIN_RATES='{"Example.ORG": 2, "*": 0.5}')
    assert [relay.host for relay in settings.smtp.all_relays] == ["one.example", "two.example"]
    assert settings.smtp.domain_rates == {"example.org": 2, "*": 0.5}


def test_a_newsletters_points_may_come_from_the_environment(tmp_path):
    daily = "DIGEST_NEWSLETTERS__DAILY_HEADLINES__RANKING"
    settings = load(tmp_path, **{f"{daily}__OWN": "0", f"{daily}__BOOSTS": '{"eclipse": 20}'})
    ranking = settings.newsletters["daily-headlines"].ranking
    assert (ranking.own, ranking.boosts, ranking.source) == (0, {"eclipse": 20}, 100)


def test_journal_and_keys_lie_beside_the_file_and_in_the_environment_beside_the_one_who_calls(tmp_path):
    keys = "[dkim]\ndomain = 'post.example'\nrsa_selector = 'a'\nrsa_key_file = 'a.pem'\n"
    settings = load(tmp_path, f"{TOML}[smtp]\njournal = 'notes'\n{keys}")
    assert settings.smtp.journal == tmp_path / "notes"
    assert settings.dkim.rsa_key_file == tmp_path / "a.pem"
    elsewhere = load(tmp_path, f"{TOML}{keys}", DIGEST_SMTP__JOURNAL="notes", DIGEST_DKIM__RSA_KEY_FILE="b.pem")
    assert elsewhere.smtp.journal == Path.cwd() / "notes"
    assert elsewhere.dkim.rsa_key_file == Path.cwd() / "b.pem"
    for without in (TOML, f"{TOML}[smtp]\nconnections = 2\n"):
        assert load(tmp_path, without).smtp.journal == tmp_path / "digest-journal"


def test_a_secret_given_in_both_forms_is_refused(tmp_path):
    both = TOML.replace("secret = ", 'secret_file = "secret"\nsecret = ')
    assert fault(tmp_path, both) == "[site] has both secret and secret_file; keep one of them"
    told = fault(tmp_path, DIGEST_SITE__SECRET=SECRET, DIGEST_SITE__SECRET_FILE="secret")
    assert told == "DIGEST_SITE__SECRET is set, and with _FILE too; keep one of them"


@pytest.mark.parametrize("name", ["absent", ".", "with\0nul", "latin"])
def test_a_secrets_file_that_can_not_be_read_is_said(tmp_path, name):
    (tmp_path / "latin").write_bytes(b"\xe4" * 40)
    by_file = TOML.replace(f'secret = "{SECRET}"', f"secret_file = {json.dumps(name)}")
    assert "[site] secret_file: " in fault(tmp_path, by_file)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("zzz-short-zzz", "[site] secret: must have 32 characters or more; 'digest init' writes a fresh one"),
        ("", "[site] secret: must have 32 characters or more; 'digest init' writes a fresh one"),
    ],
)
def test_a_wrong_secret_is_not_shown(tmp_path, wrong, told):
    assert told in fault(tmp_path, DIGEST_SITE__SECRET=wrong)
    assert "zzz" not in fault(tmp_path, DIGEST_SITE__SECRET=wrong)
    assert "zzz" not in fault(tmp_path, DIGEST_SITE__PREVIOUS_SECRETS='["zzz-short-zzz", 7]')


@pytest.mark.parametrize(
    "url", ["smtp://u:zz/zz@h", "smtp://u:zzzz@h:zzzz", "zzzz://u:zzzz@h", "smtp://u:z\u2100zzz@h"]
)
def test_a_wrong_relay_address_is_refused_without_its_password(tmp_path, url):
    told = fault(tmp_path, DIGEST_SMTP__URL=url)
    assert "digest.toml: [smtp]: url must read smtp://host:25" in told
    assert "zz" not in told


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (
            "base_ulr = 1",
            "[newsletters.daily-headlines] base_ulr: unknown key; there are approval, audience_change, cutoff, ",
        ),
        ("cutof = 1", "[newsletters.daily-headlines] cutof: unknown key; did you mean cutoff?"),
        ("form = 1", "[newsletters.daily-headlines] form: unknown key; did you mean from?"),
        ('timezone = "x"', "line 12"),
        ("[sit]", "[sit]: unknown key; did you mean site?"),
        ("[smtp]\nport = 1", "[smtp] port: unknown key"),
        ("[smtp]\nprocesses = 0", "[smtp] processes: "),
        ("[smtp]\nproceses = 2", "[smtp] proceses: unknown key; did you mean processes?"),
        ("[smtp]\nunknown = 'sned'", "[smtp] unknown: Input should be 'hold' or 'resend'"),
        ("[smtp]\ndomain_rates = 3", "[smtp] domain_rates: must be a table of domains and messages a second"),
        ("[smtp]\ndomain_rates = {'example.org' = 0}", "[smtp] domain_rates example.org: "),
        ("[newsletters.daily-headlines.ranking]\nboosts = 3", "ranking boosts: must be a table of words and points"),
        ("[newsletters.daily-headlines.ranking]\nrecent = 3", "unknown key; did you mean recency?"),
        ("[smtp]\ndomain_rates = {'a b' = 1}", "[smtp] domain_rates: 'a b' is no domain; write it such as example.org"),
        ("[smtp]\njournal = ''", "[smtp] journal: is no path"),
        ("[[smtp.relays]]\nweigth = 1", "[smtp] relays no. 1 weigth: unknown key; did you mean weight?"),
        ("[[smtp.relays]]\nweight = 1", "[smtp] relays no. 1 url: is missing"),
        ("[[smtp.relays]]\nurl = 'h'", "[smtp] relays no. 1: url must read smtp://host:25"),
        ("[smtp]\nurl = 'smtp://h'\n[[smtp.relays]]\nurl = 'smtp://h'", "[smtp]: both url and relays are set"),
        ("[dkim]\ndomian = 'post.example'", "[dkim] domian: unknown key; did you mean domain?"),
        ("[dkim]\ndomain = 'post.example'", "[dkim]: set rsa_selector and rsa_key_file, or leave the section out"),
        ("[dkim]\ndomain = 'a b'\n", "[dkim] domain: 'a b' is no domain"),
        (
            "[[newsletters.daily-headlines.sections]]\ntitel = 1",
            "sections no. 1 titel: unknown key; did you mean title?",
        ),
        ("[[newsletters.daily-headlines.sections]]\nlimit = 1", "sections no. 1 title: is missing"),
        ("[newsletters.name]\npich = 1", "[newsletters.name] pich: unknown key; did you mean pitch?"),
        ("[newsletters.sections]\npich = 1", "[newsletters.sections] pich: unknown key; did you mean pitch?"),
        ("[newsletters.Daily_News]\npitch = ''", "[newsletters.Daily_News]: a newsletter is named in small letters"),
        (
            "[[sources]]\nname = 'A'\n[[sources]]\nweigth = 1",
            "[sources] no. 2 weigth: unknown key; did you mean weight?",
        ),
        ("[[sources]]\nname = 'A'\n[[sources]]\nname = 'A'", "digest.toml: sources: A stands there twice"),
        ("[signup]\nform = 'a@post.example'", "[signup] form: unknown key; did you mean from?"),
        ("[signup]\nper_ip_hour = 0", "[signup] per_ip_hour: "),
        ("[signup]\nfrom = 'headlines@post.example'", "[signup]: from is headlines@post.example, which newsletters."),
        ("[signup]\napi_origins = ['https://post.example/a']", "[signup] api_origins no. 1: 'https://post.example/a' "),
        ("[web]\ntrusted_proxies = 3", "[web] trusted_proxies: must be a list"),
        ("[web]\ntrusted_proxies = ['::1', 'nginx']", "[web] trusted_proxies no. 2: 'nginx' does not appear"),
        ("send_at = 600", "[newsletters.daily-headlines] send_at: 600 is no time of day"),
        ("days = ['monday']", "[newsletters.daily-headlines] days no. 1: "),
        ("min_stories = 'few'", "[newsletters.daily-headlines] min_stories: "),
        ("cutoff = '07:00'", "[newsletters.daily-headlines]: cutoff (07:00), send_at (06:00)"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_how_to_mend_it(tmp_path, spoilt, told):
    assert told in fault(tmp_path, f"{TOML}{spoilt}\n")


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    told = fault(
        tmp_path, TOML.replace("Europe/Lisbon", "Lisbon").replace("desk@", "desk") + "[smtp]\nconnections = 0\n"
    )
    assert [line.partition(": ")[2].partition(":")[0] for line in told.splitlines()] == [
        "[site] contact", "[smtp] connections", "[newsletters.daily-headlines] timezone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[site\n", "is no valid TOML: Expected ']' at the end of a table declaration (at line 1"),
        (TOML + "pitch = \n", "at line 12"),
        (b"\xff\xfe[site]", "can't be read"),
        ("x = " + "1" * 5000, "is no valid TOML"),
        ("x = " + "[" * 5000, "is no valid TOML"),
        ("", "[site]: is missing; 'digest init' in an empty folder shows an example"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_the_line(tmp_path, toml, told):
    assert told in fault(tmp_path, toml)


def test_an_absent_file_names_the_command_that_writes_one(tmp_path):
    with pytest.raises(BadInputError, match=r"there is no .*; 'digest init' writes one, --config PATH names another"):
        load_settings(tmp_path / "absent.toml", {})
    with pytest.raises(BadInputError, match="is no file"):
        load_settings(tmp_path, {})


def test_a_file_written_on_windows_is_read(tmp_path):
    assert load(tmp_path, ("\ufeff" + TOML.replace("\n", "\r\n")).encode()).site.name == "The Harbour Post"


def test_every_line_of_the_example_may_be_switched_on(tmp_path):
    """All but the one relay's address, which the several relays take the place of."""
    example = EXAMPLE.read_text(encoding="utf-8").replace("@SECRET@", SECRET)
    switched_on = re.sub(r"(?m)^# ?( *(?:\[|\w+ = ))", r"\1", example).replace('url = "smtp://localhost:25"', "")
    settings = load(tmp_path, switched_on)
    assert len(settings.smtp.all_relays) == 2
    assert settings.dkim
    assert settings.newsletters["daily-headlines"].approval
    assert [source.images for source in settings.sources] == [True, False]
    daily = settings.newsletters["daily-headlines"]
    parts = (settings.site, settings.smtp, settings.dkim, daily, daily.ranking, settings.signup, settings.web)
    assert settings.theme_of("daily-headlines").accent == "#1c3d8a"
    left_out = {name for part in parts for name in type(part).model_fields if name not in part.model_fields_set}
    assert left_out == {"url"}
