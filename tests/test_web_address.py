import pytest

from digest.web_address import objection


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "its address is not absolute"),
        ("/2026/story", "its address is not absolute"),
        ("//a.example/story", "its address is not absolute"),
        ("http://a.example/story", "its address is not https"),
        ("ftp://a.example/story", "its address is not https"),
        ("https://203.0.113.7/", "its address names its host by number"),
        ("https://[2001:db8::1]/", "its address names its host by number"),
        ("https://127.1/", "its address names its host by number"),
        ("https://0x7f000001/", "its address names its host by number"),
        ("https://a.example:8443/", "its address names a port"),
        ("https://a.example:99999/", "its address can't be read"),
        ("https://[a/", "its address can't be read"),
        ("https://a.example/a b", "its address holds white space"),
        ("https://www.bit.ly/3x", "its address hides where it leads behind a shortener"),
        ("http://127.0.0.1:8000/1.png", "its address is not https"),
    ],
)
def test_where_no_reader_may_be_sent_is_said_why(url, why):
    assert objection(url) == why


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "https://a.example/None/%7B%7Bid%7D%7D?ref=undefined",
        "https://xn--mnchen-3ya.example/x#y",
        "https://10.example/",
        "https://3dprint.example/",
    ],
)
def test_an_odd_address_of_the_web_is_well(url):
    assert objection(url) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/1.png", "http://localhost/", "https://[::1]:8443/"])
def test_on_trial_the_machines_own_addresses_are_well(url):
    assert objection(url, relaxed=True) is None
    assert objection(url)


def test_on_trial_other_hosts_still_need_https():
    assert objection("http://a.example/", relaxed=True) == "its address is not https"
