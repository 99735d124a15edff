"""Hints for mistyped domains (S12)."""

import pytest

from subscribers.typo import PROVIDERS, suggestion


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmal.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("yaho.com", "yahoo.com"),
        ("iclould.com", "icloud.com"),
        ("protonmail.cmo", "protonmail.com"),
        ("web.de", None),
        ("aol.con", "aol.com"),
        ("quay-news.con", "quay-news.com"),
        ("quay.news.ogr", "quay.news.org"),
    ],
)
def test_a_slip_gets_a_hint(typed, meant):
    assert suggestion(typed) == meant


@pytest.mark.parametrize(
    "domain",
    [
        *sorted(PROVIDERS),
        "example.org",
        "quay.example",
        "gov.co",
        "uni.cm",
        "x.ne",
        "wob.de",
        "gmx.li",
        "bbc.co.uk",
        "mail.quay.example",
        "localhost",
        "",
    ],
)
def test_what_may_well_be_meant_gets_none(domain):
    assert suggestion(domain) is None
