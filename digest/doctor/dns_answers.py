"""Asking the DNS. The only importer of dnspython."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from digest.doctor.finding import Unanswered
from digest.doctor.mail_records import Answer
from digest.errors import BadInputError

SECONDS = 4.0
PORT = 53
MOST_SILENCES = 2  # then nobody is asked any more: offline, each question would take its seconds


class Dns:
    """Asks the system's name servers, or the one at *nameserver* (an address, perhaps with `:port`).

    Raises:
        BadInputError: *nameserver* is no address.
    """

    def __init__(self, nameserver: str | None = None) -> None:
        self._no_servers = ""
        self._silences = 0
        try:
            self._resolver = dns.resolver.Resolver(configure=nameserver is None)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = dns.resolver.Resolver(configure=False)
            self._no_servers = "this system names no name server"
        self._resolver.lifetime = SECONDS
        if nameserver:
            host, _, port = nameserver.partition(":") if nameserver.count(":") == 1 else (nameserver, "", "")
            try:
                self._resolver.nameservers = [host]
                self._resolver.port = int(port or PORT)
            except ValueError as error:
                raise BadInputError(f"--nameserver {nameserver!r} is no address; write it as 192.0.2.1") from error

    def texts(self, name: str) -> Answer:
        """Return the TXT records of *name*, each with its strings joined."""
        return self._ask(name, "TXT", lambda one: b"".join(one.strings).decode("utf-8", "replace"))

    def exchanges(self, name: str) -> Answer:
        """Return the hosts of *name*'s MX records, the preferred first."""
        return self._ask(name, "MX", lambda one: f"{one.preference:05} {_name(one.exchange)}", str.split)

    def addresses(self, name: str) -> Answer:
        """Return the IPv4 and IPv6 addresses of *name*."""
        four, six = (self._ask(name, kind, lambda one: str(one.address)) for kind in ("A", "AAAA"))
        if isinstance(four, Unanswered):
            return four
        return four + (() if isinstance(six, Unanswered) else six)

    def names(self, address: str) -> Answer:
        """Return the names of an *address*."""
        return self._ask(dns.reversename.from_address(address), "PTR", lambda one: _name(one.target))

    @cached_property
    def _knows_the_world(self) -> bool:
        """Say whether that there is no such name may be believed: on a network cut off, some servers say so of all."""
        try:
            return bool(self._resolver.resolve(".", "NS", search=False).rrset)
        except (dns.exception.DNSException, OSError):
            return False

    def _ask(
        self,
        name: str | dns.name.Name,
        kind: str,
        read: Callable[[Any], str],
        split: Callable[[str], list[str]] | None = None,
    ) -> Answer:
        if self._no_servers:
            return Unanswered(self._no_servers)
        try:
            found = sorted(read(one) for one in self._resolver.resolve(name, kind, search=False))
        except dns.exception.Timeout:
            self._silences += 1
            if self._silences >= MOST_SILENCES:
                self._no_servers = "no name server answers"
            return Unanswered(f"no name server answers for {name} {kind}")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return (
                ()
                if self._knows_the_world
                else Unanswered("the name server does not know the DNS's root: is it offline?")
            )
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Unanswered(f"the DNS does not answer for {name} {kind} ({type(error).__name__})")
        return tuple(split(text)[-1] if split else text for text in found)


def _name(name: Any) -> str:
    return name.to_text(omit_final_dot=name != dns.name.root)  # type: ignore[no-any-return]
