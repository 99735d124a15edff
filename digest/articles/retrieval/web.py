"""One request to the web, at an address that was checked: the only importer of httpx2."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ssl import SSLContext

import httpx2

from digest.articles.retrieval.refusal import NotFetchedError
from digest.articles.retrieval.target import Target
from digest.articles.retrieval.unpacking import ACCEPTED, unpacker

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9,"
    " text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer; the names in `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    _response: httpx2.Response

    async def body(self, most: int) -> bytes:
        """Return the body, unpacked.

        Raises:
            NotFetchedError: It has more than *most* octets, unpacked or as sent, or can't be unpacked.
        """
        unpacking = unpacker(self.headers.get("content-encoding", ""))
        body, sent = bytearray(), 0
        async for data in self._response.aiter_raw():
            sent += len(data)
            for piece in unpacking.pieces(data):
                body += piece
                if len(body) > most or sent > most:
                    raise NotFetchedError(f"it has over {most / 1e6:g} MB, more than [fetching] most_bytes allows")
        return bytes(body)


class Web:
    """Asks for pages: one connection for each request, nothing remembered between two, no proxy of the environment.

    A connection that was kept would be one to an address, and the next name at that address would not be checked
    against its certificate. *seconds* is the longest wait for a connection, and for anything to come or go on it.
    *trust* says whose certificates are believed; None is as the system does.
    """

    def __init__(self, user_agent: str, seconds: float, trust: SSLContext | None = None) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self._transport = httpx2.AsyncHTTPTransport(verify=trust or True, trust_env=False, limits=limits)
        self._timeout = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        self._headers = {
            "User-Agent": user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": ACCEPTED,
            "Connection": "close",
        }

    async def close(self) -> None:
        """Close what is open."""
        await self._transport.aclose()

    @asynccontextmanager
    async def asked(
        self, target: Target, numbers: list[str], headers: Mapping[str, str], posted: bytes | None = None
    ) -> AsyncIterator[Answer]:
        """Ask for *target* at the first of the IP addresses *numbers* that takes a connection; give the answer's head.

        With *posted* that is posted there.

        Raises:
            NotFetchedError: Nobody answers, or nothing that can be understood, or it breaks off.
        """
        try:
            response = await self._at_first(target, numbers, headers, posted)
            try:
                heard = {name.lower(): value for name, value in response.headers.items()}
                yield Answer(response.status_code, heard, response)
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            raise _not_fetched(target, error) from error

    async def _at_first(
        self, target: Target, numbers: list[str], headers: Mapping[str, str], posted: bytes | None
    ) -> httpx2.Response:
        for number in numbers[:-1]:
            try:
                return await self._transport.handle_async_request(self._request(target, number, headers, posted))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # the last one's error is the one that is told
        return await self._transport.handle_async_request(self._request(target, numbers[-1], headers, posted))

    def _request(self, target: Target, number: str, headers: Mapping[str, str], posted: bytes | None) -> httpx2.Request:
        try:
            return httpx2.Request(
                "GET" if posted is None else "POST",
                target.at(number),
                content=posted,
                headers={"Host": target.authority, **self._headers, **headers},
                extensions={"timeout": self._timeout, "sni_hostname": target.host},
            )
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise NotFetchedError(f"{target} can't be asked: {error}") from error


def _not_fetched(target: Target, error: httpx2.HTTPError) -> NotFetchedError:
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        return NotFetchedError(f"{target.authority} can't be reached: {_said(error)}", for_host=True)
    if isinstance(error, httpx2.TimeoutException):
        return NotFetchedError(f"{target.authority} keeps us waiting: {_said(error)}")
    return NotFetchedError(f"{target.authority} broke off or can't be understood: {_said(error)}")


def _said(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said[:200] or type(error).__name__
