import pytest

from digest.articles.retrieval.public_address import objection_to_address

REFUSED = {
    "a loopback address": ["127.0.0.1", "127.9.9.9", "::1"],
    "an unspecified address": ["0.0.0.0", "::"],  # noqa: S104 - an address to refuse
    "a private address": ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.1.2.3", "198.18.0.1", "fd00::1"],
    "a link-local address": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "a multicast address": ["224.0.0.1", "239.255.255.250", "ff02::1"],
    "a reserved address": ["240.0.0.1", "255.255.255.255"],
    "an IPv4-mapped address": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe"],
    "an IPv4-compatible address": ["::7f00:1", "::8.8.8.8"],
    "a local NAT64 address": ["64:ff9b:1::7f00:1"],
    "a 6to4 address": ["2002:7f00:1::", "2002:808:808::1"],
    "a Teredo address": ["2001:0:53aa:64c::1"],
    "a site-local address": ["fec0::1"],
    "no IP address": ["", "localhost", "127.1", "0x7f000001", "1.2.3.4.5"],
}


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, number) for kind, numbers in REFUSED.items() for number in numbers]
)
def test_an_address_that_is_not_of_the_public_web_is_refused_by_its_kind(kind, number):
    assert objection_to_address(number) == kind


@pytest.mark.parametrize("number", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_an_address_of_the_public_web_is_well(number):
    assert objection_to_address(number) is None


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("64:ff9b::7f00:1", "a loopback address"),
        ("64:ff9b::a9fe:a9fe", "a link-local address"),
        ("64:ff9b::a00:1", "a private address"),
        ("64:ff9b::808:808", None),
    ],
)
def test_an_address_behind_nat64_is_what_it_stands_for(number, kind):
    assert objection_to_address(number) == kind
