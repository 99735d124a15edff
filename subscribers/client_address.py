"""Where a request comes from: the visitor's IP address, as far as it can be believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# Whoever has an IPv6 address has the whole /64 to choose from (S07).
RATE_PREFIXES = {4: 32, 6: 64}
# What is kept beside a consent tells a neighbourhood, not a household (S13).
KEPT_PREFIXES = {4: 24, 6: 48}
_LONGEST = 45  # an IPv6 address with all its digits, the last four bytes in the way of IPv4

IpAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client_ip(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str | None:
    """Return the visitor's address, or None when *peer* is no IP address.

    *peer* is who is connected to us. *forwarded_for* are the values of all X-Forwarded-For headers in their order:
    each proxy appends whom it was called by, so that only what *trusted* addresses appended can be believed, and
    anything further left may be a visitor's invention. The list is therefore read from its right end, to the first
    address that is not trusted. Of a hop that is no address, the proxy that named it is answered for.
    """
    found = _parsed(peer or "")
    hops = [hop for value in forwarded_for for hop in value.split(",") if hop.strip()]
    while found and hops and any(found in network for network in trusted):
        hop = _parsed(_without_port(hops.pop()))
        if hop is None:
            break
        found = hop
    return str(found) if found else None


def rate_network(ip: str) -> str:
    """Return the network that *ip* shares its limits with, such as `198.51.100.7/32` or `2001:db8:0:1::/64` (S07)."""
    return _network(ip, RATE_PREFIXES)


def truncated(ip: str) -> str:
    """Return what may be kept of *ip*: `198.51.100.0/24`, `2001:db8::/48` (S13)."""
    return _network(ip, KEPT_PREFIXES)


def _network(ip: str, prefixes: dict[int, int]) -> str:
    address = _parsed(ip)
    if address is None:
        raise ValueError("it is no IP address")  # which one is not said: it belongs to a person
    return str(ip_network((address, prefixes[address.version]), strict=False))


def _parsed(text: str) -> IpAddress | None:
    """Return the address in *text*, of which there may be any length; a zone is the machine's own matter."""
    written = text.strip().partition("%")[0]
    return _address(written) if len(written) <= _LONGEST else None


@lru_cache(maxsize=1024)  # of one request the same few are asked for again and again
def _address(written: str) -> IpAddress | None:
    """Return the address *written*; one of IPv4 in the clothes of IPv6 is what it is."""
    try:
        address = ip_address(written)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _without_port(hop: str) -> str:
    """Return the address in a *hop* such as `198.51.100.7:49152` or `[2001:db8::1]:49152`, as some proxies write it."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
