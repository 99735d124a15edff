"""Which machines a feed may be fetched from: those of the public web, by their number. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Addresses of IPv4 in the dress of IPv6. A network without IPv4 reaches all of the web by the first (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
_DISGUISES = {
    "an IPv4-mapped address": IPv6Network("::ffff:0:0/96"),
    "an IPv4-compatible address": IPv6Network("::/96"),
    "a translated address": IPv6Network("::ffff:0:0:0/96"),
    "a local NAT64 address": IPv6Network("64:ff9b:1::/48"),
    "a 6to4 address": IPv6Network("2002::/16"),
    "a Teredo address": IPv6Network("2001::/32"),
    "a site-local address": IPv6Network("fec0::/10"),
}


def objection_to_address(number: str) -> str | None:
    """Return why nothing may be fetched from the IP address *number*, such as "a private address"; or None."""
    try:
        address = ip_address(number)
    except ValueError:
        return "no IP address"
    if isinstance(address, IPv6Address):
        return _objection_to_ip6(address)
    return _objection_to_any(address)


def _objection_to_ip6(address: IPv6Address) -> str | None:
    if address.scope_id:
        return "a link-local address"
    if address in _NAT64:
        return _objection_to_any(IPv4Address(int(address) & 0xFFFFFFFF))
    # Loopback and "any" are compatible addresses, too, and better known under their own names.
    named = _objection_to_any(address) if int(address) <= 1 else None
    disguise = next((name for name, network in _DISGUISES.items() if address in network), None)
    return named or disguise or _objection_to_any(address)


def _objection_to_any(address: IPv4Address | IPv6Address) -> str | None:
    kinds = (
        ("an unspecified address", address.is_unspecified),
        ("a loopback address", address.is_loopback),
        ("a link-local address", address.is_link_local),
        ("a multicast address", address.is_multicast),
        ("a reserved address", address.is_reserved),
        ("a private address", not address.is_global),
    )
    return next((name for name, is_so in kinds if is_so), None)
