from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.client_address import client_ip, rate_network, truncated

VISITOR, PROXY, FAR_PROXY = "198.51.100.7", "127.0.0.1", "10.1.2.3"
TRUSTED = [ip_network("127.0.0.1"), ip_network("::1"), ip_network("10.0.0.0/8")]
FORGED = st.lists(st.text(max_size=40) | st.ip_addresses().map(str), max_size=4)


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "found"),
    [
        (VISITOR, [], VISITOR),
        (PROXY, [], PROXY),
        (PROXY, [VISITOR], VISITOR),
        (PROXY, [f"203.0.113.9, {VISITOR}"], VISITOR),
        (PROXY, ["203.0.113.9", VISITOR], VISITOR),
        (PROXY, [f"{VISITOR}, {FAR_PROXY}"], VISITOR),
        (PROXY, [VISITOR, f" {FAR_PROXY} ,, ::1 "], VISITOR),
        (PROXY, [FAR_PROXY], FAR_PROXY),
        (PROXY, [f"127.0.0.1, {VISITOR}"], VISITOR),
        ("::1", ["2001:DB8:0:0::7"], "2001:db8::7"),
        (PROXY, [f"{VISITOR}:49152"], VISITOR),
        (PROXY, ["[2001:db8::7]:49152"], "2001:db8::7"),
        (PROXY, ['"[2001:db8::7]"'], "2001:db8::7"),
        (PROXY, [f"::ffff:{VISITOR}"], VISITOR),
        (f"::ffff:{PROXY}", [VISITOR], VISITOR),
        ("fe80::7%eth0", [], "fe80::7"),
        (None, [VISITOR], None),
        ("testclient", [VISITOR], None),
        ("", [], None),
    ],
)
def test_a_visitor_is_who_our_own_proxies_say(peer, forwarded_for, found):
    assert client_ip(peer, forwarded_for, TRUSTED) == found


@pytest.mark.parametrize("forged", ["127.0.0.1", "10.0.0.1", "203.0.113.9", "::1", "unknown", "1" * 9999])
def test_what_a_visitor_says_of_himself_is_not_believed(forged):
    assert client_ip(VISITOR, [forged], TRUSTED) == VISITOR
    assert client_ip(VISITOR, [forged], []) == VISITOR
    assert client_ip(PROXY, [forged, VISITOR], TRUSTED) == VISITOR
    assert client_ip(PROXY, [VISITOR], []) == PROXY


@pytest.mark.parametrize("hop", ["unknown", "_hidden", "198.51.100", "for=198.51.100.7", "[", "1.2.3.4.5", "٣.1.1.1"])
def test_for_a_hop_that_is_no_address_the_proxy_answers_that_named_it(hop):
    assert client_ip(PROXY, [hop], TRUSTED) == PROXY
    assert client_ip(PROXY, [hop, FAR_PROXY], TRUSTED) == FAR_PROXY


@given(FORGED)
def test_nothing_that_stands_further_left_changes_where_a_visitor_comes_from(forged):
    assert client_ip(PROXY, [*forged, VISITOR], TRUSTED) == client_ip(VISITOR, forged, TRUSTED) == VISITOR


@given(st.none() | st.ip_addresses().map(str) | st.text(max_size=20), FORGED)
def test_whatever_is_sent_an_address_comes_out_or_none(peer, forged):
    found = client_ip(peer, forged, TRUSTED)
    assert found is None or str(ip_address(found)) == found
    assert found is None or truncated(found)


@pytest.mark.parametrize(
    ("ip", "shared", "kept"),
    [
        (VISITOR, "198.51.100.7/32", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.7/32", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::1", "::/64", "::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
    ],
)
def test_limits_are_for_a_household_and_less_than_that_is_kept_s07_s13(ip, shared, kept):
    assert (rate_network(ip), truncated(ip)) == (shared, kept)


@given(st.ip_addresses(v=6).map(str), st.ip_addresses(v=6).map(str))
def test_two_addresses_share_their_limits_exactly_when_their_first_64_bits_are_the_same_s07(one, other):
    same = int(ip_address(one)) >> 64 == int(ip_address(other)) >> 64
    mapped = [ip_address(ip).ipv4_mapped for ip in (one, other)]
    assert any(mapped) or (rate_network(one) == rate_network(other)) is same


@given(st.ip_addresses().map(str))
def test_what_is_kept_of_an_address_fits_its_column_s13(ip):
    assert len(truncated(ip)) <= 43


def test_what_is_no_address_has_no_network_and_is_not_quoted():
    with pytest.raises(ValueError, match=r"^it is no IP address$"):
        truncated("ada@reader.example")
