"""From a host's name to the addresses that may be connected to, and to no others."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from digest.articles.retrieval.public_address import objection_to_address
from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.target import PORTS, Target

# Of a host with many addresses, so many are tried.
MOST_TRIED = 3
LOOKUPS_AT_ONCE = 8

Resolve = Callable[[str, int], Awaitable[list[str]]]


def system_resolver(executor: ThreadPoolExecutor) -> Resolve:
    """Return how the system resolves names, in threads of *executor*: a look-up can't be interrupted."""

    async def resolve(host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(executor, _look_up, host, port)
        return list(dict.fromkeys(found))

    return resolve


def _look_up(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def open_to(first: Target, private_hosts: Collection[str]) -> Collection[str]:
    """Return which of *private_hosts* a feed may lead to whose address in the configuration is *first*.

    Who is on the public web has no business to lead us into a private one, though the host is named.
    """
    return private_hosts if first.host in private_hosts else ()


async def addresses_of(target: Target, resolve: Resolve, private_hosts: Collection[str]) -> list[str]:
    """Return the IP addresses at which *target* may be asked, some at the most.

    One that is not of the public web refuses them all, but for the hosts in *private_hosts*: who answers with both
    wants to be asked at the wrong one sooner or later.

    Raises:
        NotFetchedError: The name is unknown, or it leads to a place that may not be asked.
    """
    may_be_private = target.host in private_hosts
    if target.port not in PORTS and not may_be_private:
        raise NotFetchedError(f"{target} names port {target.port}, and feeds come from {_listed(PORTS)}")
    try:
        found = await resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise NotFetchedError(f"the host {target.host} can't be found: {_said(error)}") from error
    for number in found:
        objection = None if may_be_private else objection_to_address(number)
        if objection:
            raise NotFetchedError(
                f"the host {target.host} leads to {number}, {objection}: name it in [fetching] private_hosts if it may"
            )
    if not found:
        raise NotFetchedError(f"the host {target.host} has no address")
    return found[:MOST_TRIED]


def _listed(ports: Collection[int]) -> str:
    return ", ".join(map(str, sorted(ports)))


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or "no answer").lower()
