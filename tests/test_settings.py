from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sample_configuration import SECRET, raw

from digest.settings import SectionRule, Settings, SmtpSettings


def newsletter(**changes):
    return Settings.model_validate(raw(newsletter=changes)).newsletters["daily-headlines"]


def site(**changes):
    return Settings.model_validate(raw(site=changes)).site


def smtp(url, **changes):
    return SmtpSettings.model_validate({"url": url} | changes)


def fault(build, *values, **named):
    with pytest.raises(ValidationError) as refused:
        build(*values, **named)
    return str(refused.value)


def test_a_newsletter_goes_out_in_the_morning_of_every_day():
    daily = newsletter()
    assert (daily.cutoff, daily.send_at, daily.deadline) == (time(5, 30), time(6), time(10))
    assert (daily.min_stories, daily.max_stories, daily.template) == (3, 40, "daily-headlines")
    assert all(daily.skips(date(2026, 3, day)) is None for day in range(1, 8))
    assert daily.zone.key == "Europe/Lisbon"


def test_a_newsletter_says_why_it_has_no_edition_on_a_day():
    rare = newsletter(days=["mon", "wed"], skip_dates=["2026-03-16", date(2026, 3, 18)])
    assert rare.skips(date(2026, 3, 16)) == "2026-03-16 is one of skip_dates"
    assert rare.skips(date(2026, 3, 18)) == "2026-03-18 is one of skip_dates"
    assert rare.skips(date(2026, 3, 17)) == "2026-03-17 is a Tuesday, and days has none"
    assert rare.skips(date(2026, 3, 23)) is None


@pytest.mark.parametrize("written", ["07:05", "07:05:00", time(7, 5)])
def test_a_time_of_day_may_stand_in_quotes_or_without(written):
    assert newsletter(send_at=written).send_at == time(7, 5)


@pytest.mark.parametrize(
    "written", ["7:05", "24:00", "05:60", "half past five", 530, 5, True, time(5, 30, 1), "", None]
)
def test_what_is_no_time_of_day_is_refused_with_an_example(written):
    assert 'write it as "05:30"' in fault(newsletter, cutoff=written)


@pytest.mark.parametrize("written", ["20261225", 20261225, "25.12.2026", "2026-13-01", True])
def test_what_is_no_date_is_refused(written):
    assert "date" in fault(newsletter, skip_dates=[written])


def test_a_wrong_zone_is_answered_with_the_nearest():
    assert "'Europe/Lisbn' is no IANA time zone; write one such as 'Europe/Lisbon'" in fault(
        newsletter, timezone="Europe/Lisbn"
    )
    assert "such as 'Europe/Berlin'" in fault(newsletter, timezone="§§")


@pytest.mark.parametrize(
    "times",
    [
        {"cutoff": "06:30"},
        {"send_at": "10:00"},
        {"deadline": "05:00"},
        {"cutoff": "23:00", "send_at": "01:00", "deadline": "02:00"},
    ],
)
def test_cutoff_send_at_and_deadline_follow_one_another(times):
    assert "must follow one another within one day" in fault(newsletter, **times)


def test_no_more_stories_can_be_asked_for_than_an_edition_holds():
    assert "min_stories (9) is more than max_stories (8)" in fault(newsletter, min_stories=9, max_stories=8)


@pytest.mark.parametrize(
    "url", ["https://news.post.example", "https://news.post.example/", "https://post.example/news/"]
)
def test_a_base_url_has_no_slash_at_its_end(url):
    assert site(base_url=url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://news.localhost:8000", True),
        ("http://[::1]:8000", True),
        ("https://localhost", True),
        ("https://post.example", False),
        ("https://127.0.0.1.post.example", False),
    ],
)
def test_only_a_loopback_host_makes_a_site_local_and_only_there_http_will_do(url, local):
    assert site(base_url=url).is_local is local


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://post.example", "must begin with https://"),
        ("ftp://post.example", "must begin with https://"),
        ("http://127.0.0.1.post.example", "must begin with https://"),
        ("post.example", "write one such as https://news.example.org"),
        ("", "written in ASCII"),
        ("https://", "write one such as https://"),
        ("https://[::1", "write one such as https://"),
        ("https://post.example:http", "write one such as https://"),
        ("https://post.example:99999", "write one such as https://"),
        ("https://post.example?a=b", "must have no ? or #"),
        ("https://post.example#top", "must have no ? or #"),
        ("https://ada:word@post.example", "must hold no user"),
        ("https://münchen.example", "as xn--…"),
        ("https://post.example/a b", "without spaces"),
        ("https://post.example/\r\nBcc: eve@post.example", "without spaces"),
        ("https://post.example/<b>", "as %XX"),
    ],
)
def test_a_base_url_that_could_not_stand_in_a_mail_is_refused_and_shown_how(url, advice):
    assert advice in fault(site, base_url=url)


def test_a_logo_and_a_privacy_page_may_have_a_query_or_a_place_within():
    assert site(logo_url="https://post.example/logo.png?v=2", privacy_url="https://post.example/law#mail")
    assert "must begin with https://" in fault(site, logo_url="http://post.example/logo.png")


@pytest.mark.parametrize("address", ["webmaster@post.example", "Desk@POST.example"])
def test_a_newsroom_may_be_reached_at_any_address(address):
    assert site(contact=address).contact == address.partition("@")[0] + "@post.example"


def test_an_address_that_is_none_is_refused():
    assert "'desk' is not an email address" in fault(site, contact="desk")
    assert "is not an email address" in fault(newsletter, **{"from": "Daily <headlines@post.example>"})


@pytest.mark.parametrize("name", ["", "   ", "x" * 65])
def test_a_name_is_one_to_64_characters(name):
    assert "name" in fault(site, name=name)
    assert "name" in fault(newsletter, name=name)


def test_the_site_signs_with_its_secret_and_still_reads_earlier_ones():
    assert site(previous_secrets=["e" * 32, "d" * 32]).all_secrets == (SECRET, "e" * 32, "d" * 32)
    assert site(previous_secrets=f"{'e' * 32}, {'d' * 32}").all_secrets == (SECRET, "e" * 32, "d" * 32)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("smtp://relay.example", ("smtp", "relay.example", 25, None)),
        ("smtp://localhost:2525/", ("smtp", "localhost", 2525, None)),
        ("smtp+starttls://u:p@relay.example", ("smtp+starttls", "relay.example", 587, ("u", "p"))),
        ("smtps://u%40x:p%2F%3A%40%23@relay.example", ("smtps", "relay.example", 465, ("u@x", "p/:@#"))),
        ("smtp://u:@[::1]:26", ("smtp", "::1", 26, ("u", ""))),
    ],
)
def test_a_relays_address_is_taken_apart(url, parts):
    relay = smtp(url)
    assert (relay.scheme, relay.host, relay.port, relay.login) == parts


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example",
        "relay.example:25",
        "http://user:hunter2@relay.example",
        "smtp://",
        "smtp://user:hun/ter2@relay.example:25",
        "smtp://user:hun#ter2@relay.example",
        "smtp://user:hun?ter2@relay.example",
        "smtp://user:hun\u2100ter2@relay.example",
        "smtp://user:hunter2@relay.example:0",
        "smtp://user:hunter2@relay.example:hunter2",
        "smtp://user:hunter2@relay.example:99999",
        "smtp://user:hunter2@[::1",
        "smtp://user:hunter2@relay .example",
        "smtp://hunter2@relay.example",
    ],
)
def test_a_relays_address_that_is_none_is_refused_without_its_password(url):
    told = fault(smtp, url)
    assert "smtp+starttls://user:password@host" in told or "port 0" in told
    assert "hun" not in told.replace("hunger", "")
    assert "ter2" not in told


@pytest.mark.parametrize("text", ["two words", "@post.example", "bounces@post.example", "", "-", "post..example"])
def test_a_bounce_domain_is_a_domain(text):
    assert smtp("smtp://h", bounce_domain="Bounces.Post.Example").bounce_domain == "bounces.post.example"
    assert "bounce_domain" in fault(smtp, "smtp://h", bounce_domain=text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("retry_first_seconds", 10**18),
        ("retry_max_seconds", 0),
        ("timeout_seconds", float("inf")),
        ("rate_per_second", float("nan")),
        ("rate_per_second", float("inf")),
        ("rate_per_second", 0),
        ("connections", 0),
    ],
)
def test_a_number_beyond_measure_is_refused(key, value):
    assert key in fault(smtp, "smtp://h", **{key: value})


def test_a_section_takes_articles_by_its_title_or_by_what_it_matches_in_any_case():
    assert SectionRule(title="City").takes("CITY")
    assert not SectionRule(title="City").takes("Cities")
    abroad = SectionRule(title="Abroad", match=("World", "Straße"))
    assert [abroad.takes(section) for section in ("world", "STRASSE", "Abroad")] == [True, True, False]


def test_a_source_stands_there_once():
    twice = raw(sources=[{"name": "Wire"}, {"name": "Post"}, {"name": "Wire"}])
    assert "sources: Wire stands there twice" in fault(Settings.model_validate, twice)


@given(st.text(max_size=50))
def test_no_text_is_a_relay_or_a_page_that_can_break_a_line(text):
    for build in (lambda: smtp(f"smtp://{text}"), lambda: site(base_url=f"https://{text}")):
        try:
            built = build()
        except ValidationError:
            continue
        value = built.base_url if hasattr(built, "base_url") else built.host
        assert value.isprintable()
        assert " " not in value
