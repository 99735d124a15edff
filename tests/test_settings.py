from datetime import date, time
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sample_configuration import SECRET, raw

from digest.settings import (
    DkimSettings,
    FetchingSettings,
    RankingSettings,
    SectionRule,
    Settings,
    SmtpSettings,
    SourceSettings,
)
from digest.settings.times import OneOff


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
    assert (daily.days, daily.skip_dates, daily.one_offs) == (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (), ())
    assert daily.zone.key == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("titles", "told"),
    [(("Lead",), "names a place above them"), (("City", "front"), "names a place"), (("City", "CITY"), "twice")],
)
def test_a_section_has_a_title_of_its_own(titles, told):
    assert told in fault(newsletter, sections=[{"title": title} for title in titles])


@pytest.mark.parametrize("written", [["2026-11-04 04:00, election"], "2026-11-04 04:00, election"])
def test_a_one_off_time_names_date_time_and_reason(written):
    assert newsletter(one_offs=written).one_offs == (OneOff(date(2026, 11, 4), time(4), "election"),)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-04 04:00",
        "2026-11-04 04:00, ",
        "2026-11-04, election",
        "2026-02-30 04:00, x",
        "2026-11-04 24:00, x",
        "2026-11-04T04:00, x",
        "",
        4,
        True,
    ],
)
def test_a_one_off_time_that_can_not_be_read_is_refused_with_an_example(written):
    assert 'write it as "2026-11-04 04:00, election"' in fault(newsletter, one_offs=[written])


@pytest.mark.parametrize("send_at", ["00:29", "20:00"])
def test_a_one_off_time_takes_its_cutoff_and_deadline_with_it_within_its_date(send_at):
    told = fault(newsletter, one_offs=[f"2026-11-04 {send_at}, election"])
    assert f"2026-11-04 {send_at} would put its cut-off or its deadline, which move with it, on another day" in told
    assert newsletter(one_offs=["2026-11-04 00:30, election", "2026-11-05 19:59, election"])


def test_a_date_has_one_one_off_time_and_is_not_skipped_as_well():
    twice = ["2026-11-04 04:00, election", "2026-11-04 05:00, count"]
    assert "2026-11-04 stands there twice" in fault(newsletter, one_offs=twice)
    assert "2026-11-04 stands there in skip_dates too" in fault(
        newsletter, one_offs=twice[:1], skip_dates=["2026-11-04"]
    )


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
    assert "min_stories (3) is more than short_stories (2)" in fault(newsletter, short_stories=2)
    assert "short_stories (9) is more than full_stories (8)" in fault(newsletter, short_stories=9, full_stories=8)
    assert "full_stories (50) is more than max_stories (40)" in fault(newsletter, full_stories=50)


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
    (relay,) = smtp(url).all_relays
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
        ("processes", 0),
        ("processes", 65),
        ("messages_per_connection", 0),
        ("domain_rates", {"example.org": 0}),
        ("domain_rates", {"example.org": float("inf")}),
    ],
)
def test_a_number_beyond_measure_is_refused(key, value):
    assert key in fault(smtp, "smtp://h", **{key: value})


@pytest.mark.parametrize(
    ("key", "value"), [("weight", 1001), ("weight", -1), ("weight", float("inf")), ("weight", float("nan"))]
)
def test_a_weight_beyond_measure_is_refused(key, value):
    assert key in fault(SourceSettings.model_validate, {"name": "Wire", key: value})
    assert key in fault(SectionRule.model_validate, {"title": "City", key: value})


@pytest.mark.parametrize(
    ("key", "value"), [("source", -1), ("recency", 10_001), ("own", 1.5), ("per_outlet", 0), ("boosts", {"a": 99_999})]
)
def test_points_are_whole_numbers_within_measure(key, value):
    assert key in fault(RankingSettings.model_validate, {key: value})


def test_one_relay_has_the_connections_and_the_pace_of_its_section():
    (only,) = smtp("smtps://u:p@relay.example", connections=7, rate_per_second=20).all_relays
    assert (only.name, only.login, only.weight) == ("relay.example:465", ("u", "p"), 1)
    assert (only.connections, only.rate_per_second) == (7, 20)
    (default,) = SmtpSettings().all_relays
    assert (default.name, default.connections, default.rate_per_second) == ("localhost:25", 4, None)


def several(*relays, **changes):
    return SmtpSettings.model_validate({"relays": relays} | changes)


def test_of_several_relays_each_says_for_itself_what_the_section_does_not():
    first, second = several(
        {"url": "smtp://one.example", "weight": 3},
        {"url": "smtp://two.example", "weight": 0, "connections": 9, "rate_per_second": 0.5},
        connections=2,
        rate_per_second=8,
    ).all_relays
    assert (first.name, first.weight, first.connections, first.rate_per_second) == ("one.example:25", 3, 2, 8)
    assert (second.name, second.weight, second.connections, second.rate_per_second) == ("two.example:25", 0, 9, 0.5)


def test_several_relays_that_can_not_work_are_refused():
    one, two = {"url": "smtp://u:hunter2@one.example"}, {"url": "smtp://two.example"}
    assert "both url and relays are set" in fault(several, one, two, url="smtp://three.example")
    assert "every weight is 0" in fault(several, one | {"weight": 0}, two | {"weight": 0})
    twice = fault(several, one, two, {"url": "smtp://u:hunter2@ONE.example:25/"})
    assert "one.example:25 stands there twice" in twice
    assert "hunter2" not in twice
    assert several(one, {"url": "smtp://v:hunter3@one.example"})  # another account at the same relay


def test_a_rate_for_a_domain_is_kept_under_the_name_that_addresses_have():
    rates = smtp("smtp://h", domain_rates={"Bücher.EXAMPLE": 2, "*": 0.5}).domain_rates
    assert rates == {"xn--bcher-kva.example": 2, "*": 0.5}
    assert "gmail.com stands there twice" in fault(smtp, "smtp://h", domain_rates={"gmail.com": 1, "GMAIL.com": 2})


RSA = {"rsa_selector": "a", "rsa_key_file": "/keys/rsa.pem"}
ED25519 = {"ed25519_selector": "b", "ed25519_key_file": "/keys/ed25519.pem"}


def dkim(**keys):
    return DkimSettings.model_validate({"domain": "post.example"} | keys)


def test_mail_is_signed_with_rsa_or_with_both():
    assert dkim(**RSA).ed25519_key_file is None
    assert str(dkim(**RSA, **ED25519).ed25519_key_file) == "/keys/ed25519.pem"
    assert "Ed25519 alone is not enough: set rsa_selector" in fault(dkim, **ED25519)
    assert "set rsa_selector and rsa_key_file, or leave the section out" in fault(dkim)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_key_needs_a_selector_and_a_selector_a_key(kind):
    for there, missing in (("selector", "key_file"), ("key_file", "selector")):
        keys = {key: value for key, value in (RSA | ED25519).items() if key != f"{kind}_{missing}"}
        assert f"{kind}_{there} needs {kind}_{missing} beside it" in fault(dkim, **keys)


def test_two_keys_have_two_selectors():
    assert "must differ" in fault(dkim, **RSA, **(ED25519 | {"ed25519_selector": "A"}))


@pytest.mark.parametrize("name", ["", "a b", "-a", "a-", "a..b", "a.", "ä", "a_b", "a;b", "x" * 64])
def test_a_selector_can_stand_in_the_dns(name):
    assert dkim(**(RSA | {"rsa_selector": "March-2026.Mail"})).rsa_selector == "march-2026.mail"
    assert "rsa_selector" in fault(dkim, **(RSA | {"rsa_selector": name}))


@pytest.mark.parametrize("path", ["keys/rsa.pem", "", "/keys/\0"])
def test_a_keys_path_is_whole(path):
    assert "is no path" in fault(dkim, **(RSA | {"rsa_key_file": path}))


@pytest.mark.parametrize("domain", ["post.example", "mail.post.example", "POST.example"])
def test_a_signature_covers_a_newsletter_of_the_same_owner(domain):
    assert Settings.model_validate(raw(dkim={"domain": domain} | RSA)).dkim
    far = fault(Settings.model_validate, raw(dkim={"domain": f"{domain}.net"} | RSA))
    assert "from is at post.example, which a signature of [dkim] domain" in far


def signup(newsletter=None, **keys):
    return Settings.model_validate(raw(newsletter=newsletter, signup=keys)).signup


def test_confirmation_mails_come_from_the_newsletters_domain_unless_told_otherwise():
    assert Settings.model_validate(raw()).signup.sender == signup().sender == "confirm@post.example"
    assert signup(newsletter={"from": "a@one.example"}).sender == "confirm@one.example"
    assert signup(**{"from": "hello@two.example"}).sender == "hello@two.example"
    assert Settings.model_validate(raw(newsletters={})).signup.sender == "confirm@post.example"
    assert "from" in fault(signup, **{"from": ""})


def test_confirmation_mails_come_from_another_address_than_any_newsletter_h23():
    for sender in ("headlines@post.example", "Headlines@POST.example"):
        told = fault(signup, **{"from": sender})
        assert "@post.example, which newsletters.daily-headlines has too; give confirmation mails an address" in told
    assert "from is confirm@post.example, which" in fault(signup, newsletter={"from": "confirm@post.example"})


def test_a_signature_covers_confirmation_mails_too():
    signed = {"dkim": {"domain": "post.example"} | RSA}
    assert Settings.model_validate(raw(signup={"from": "hello@mail.post.example"}, **signed))
    far = fault(Settings.model_validate, raw(signup={"from": "hello@else.example"}, **signed))
    assert "signup: from is at else.example, which a signature of [dkim] domain post.example does not cover" in far


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://WWW.Post.example/", "https://www.post.example"),
        ("https://post.example:443", "https://post.example"),
        ("https://post.example:8443", "https://post.example:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(written, kept):
    assert signup(api_origins=[written]).api_origins == signup(api_origins=written).api_origins == (kept,)


@pytest.mark.parametrize(
    "written",
    [
        "*",
        "null",
        "https:",
        "https://*",
        "https://*.post.example",
        "https://post.example;script-src",
        "https://post.example,https://a.example",
        "https://'self'",
        "https://post.example:x",
        "https://post.example:",
        "https://post.example?",
        "https://post.example/news",
        "https://ada@post.example",
        "http://post.example",
        "post.example",
    ],
)
def test_what_is_no_origin_is_refused(written):
    for key in ("embed_origins", "api_origins"):
        assert key in fault(signup, **{key: [written]})


def test_the_box_is_framed_by_whom_the_newsroom_names_or_by_any_page_on_https():
    assert signup().framers(is_local=False) == "https:"
    assert signup().framers(is_local=True) == "https: http://127.0.0.1:* http://localhost:*"
    two = ["https://a.example", "https://b.example:8443"]
    assert signup(embed_origins=two).framers(is_local=False) == "https://a.example https://b.example:8443"


@pytest.mark.parametrize("limit", ["per_ip_hour", "unstamped_per_ip_hour", "per_domain_hour", "mails_per_hour"])
def test_a_limit_lets_somebody_through(limit):
    assert getattr(signup(**{limit: 1}), limit) == 1
    assert limit in fault(signup, **{limit: 0})


def web(*proxies):
    return Settings.model_validate(raw(web={"trusted_proxies": proxies})).web.trusted_proxies


def test_only_proxies_on_this_machine_are_believed_unless_others_are_named():
    assert [str(network) for network in Settings.model_validate(raw()).web.trusted_proxies] == [
        "127.0.0.1/32", "::1/128",
    ]  # fmt: skip
    assert web() == ()
    assert web("10.0.0.5", "2001:db8::/32") == (ip_network("10.0.0.5"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("0.0.0.0/0", "0.0.0.0/0 is everybody"),
        ("::/0", "::/0 is everybody"),
        ("10.0.0.1/8", "10.0.0.1/8 has host bits set; write an address such as 127.0.0.1 or a network"),
        ("proxy.example", "write an address such as 127.0.0.1"),
        (2130706433, "write an address such as 127.0.0.1"),
        ("*", "write an address such as 127.0.0.1"),
    ],
)
def test_whoever_may_say_where_visitors_come_from_is_an_address_or_a_network_and_not_everybody(proxy, told):
    assert told in fault(web, proxy)


def test_an_audience_may_change_by_a_share_of_up_to_one():
    assert (newsletter().approval, newsletter().audience_change) == (False, None)
    assert newsletter(audience_change=0.1).audience_change == 0.1
    for beyond in (0, 10, -0.1):
        assert "audience_change" in fault(newsletter, audience_change=beyond)


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
        value = built.base_url if hasattr(built, "base_url") else built.all_relays[0].host
        assert value.isprintable()
        assert " " not in value


@pytest.mark.parametrize("feed", ["https://wire.example/rss", "http://wire.example:8080/rss?format=xml", None])
def test_a_source_may_have_a_feed_at_any_web_address(feed):
    assert Settings.model_validate(raw(sources=[{"name": "Wire", "feed": feed}])).sources[0].feed == feed


@pytest.mark.parametrize(
    "feed",
    [
        "wire.example/rss",
        "ftp://wire.example/rss",
        "file:///rss.xml",
        "https://",
        "https://a:b@wire.example/",
        "https://wire.example/ä",
        "https://wire.example/a b",
    ],
)
def test_what_is_no_address_of_a_feed_is_refused_with_an_example(feed):
    said = fault(Settings.model_validate, raw(sources=[{"name": "Wire", "feed": feed}]))
    assert "write it as https://www.example.org/feed.xml" in said


def test_private_hosts_are_names_or_addresses_alone():
    hosts = FetchingSettings.model_validate({"private_hosts": "CMS.internal., 127.0.0.1, ::1"}).private_hosts
    assert hosts == ("cms.internal", "127.0.0.1", "::1")
    for wrong in ("http://cms.internal", "cms.internal:8080", "", "*"):
        assert "write its name alone" in fault(FetchingSettings.model_validate, {"private_hosts": [wrong]})


def test_the_first_wait_after_a_failure_is_not_the_longest():
    said = fault(FetchingSettings.model_validate, {"retry_first_seconds": 60, "retry_max_seconds": 30})
    assert "retry_first_seconds (60) is more than retry_max_seconds (30)" in said
